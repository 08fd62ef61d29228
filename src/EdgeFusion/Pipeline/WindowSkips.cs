using System.Globalization;

namespace EdgeFusion.Pipeline;

/// <summary>Windows without a prediction because a newer one was due already, by reason.</summary>
/// <param name="Busy">The one before was still being worked on: model, binding or what follows were too slow.</param>
/// <param name="Late">The pipeline had nothing to do and was woken too late: other work on the machine, a
/// suspend.</param>
public readonly record struct WindowSkips(long Busy, long Late)
{
    /// <summary>All of them.</summary>
    public long Total => Busy + Late;

    /// <summary>The sum and its parts, for people.</summary>
    public override string ToString() => Total == 0
        ? "0 skipped"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Total} skipped ({Busy} while the one before was worked on, {Late} woken late)");
}
