using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing;

/// <summary>What is taken off each sample of a force sensor: what it measured + this = what the device sent.</summary>
/// <param name="Count">How many zeros have been found so far, this one included.</param>
/// <param name="After">Samples captured after this instant have it taken off.</param>
/// <param name="Offset">The mean that was found, one per element, in the elements' units.</param>
/// <remarks><b>Threading.</b> Immutable.</remarks>
public sealed record SensorZero(long Count, Timestamp After, ImmutableArray<float> Offset)
{
    /// <summary>The offset, for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (float value in Offset)
        {
            text.Append(text.Length > 0 ? ", " : "").Append(CultureInfo.InvariantCulture, $"{value:G4}");
        }

        return text.ToString();
    }
}
