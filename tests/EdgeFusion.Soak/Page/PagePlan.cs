using System.Globalization;

namespace EdgeFusion.Soak.Page;

/// <summary>How long a worker is looked at.</summary>
/// <param name="Rounds">Rounds, each with and without viewers; 2..1000.</param>
internal sealed record PagePlan(int Rounds = 10)
{
    /// <summary>Time of each part of a round.</summary>
    public static TimeSpan Part { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads --rounds N.</summary>
    /// <returns>Null where the arguments are wrong.</returns>
    public static PagePlan? Parse(string[] args) => args switch
    {
        [] => new PagePlan(),
        ["--rounds", var text] when int.TryParse(
            text, NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) && rounds is >= 2 and <= 1_000 =>
            new PagePlan(rounds),
        _ => null,
    };
}
