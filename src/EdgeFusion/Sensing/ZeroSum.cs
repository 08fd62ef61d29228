using System.Collections.Immutable;

namespace EdgeFusion.Sensing;

/// <summary>What is taken off in all: by a sensor since its start, and by its host since the latest tare.</summary>
/// <remarks><b>Threading.</b> Any thread. Allocates when one of the two has changed only.</remarks>
internal sealed class ZeroSum
{
    private Pair? _latest;

    /// <summary>Both together: what is measured + this = what the device sent.</summary>
    /// <param name="ofSensor">Taken off by the sensor; null = nothing yet.</param>
    /// <param name="ofHost">Taken off what the sensor delivers; null = nothing yet.</param>
    public SensorZero? Of(SensorZero? ofSensor, SensorZero? ofHost)
    {
        if (ofSensor is null || ofHost is null)
        {
            return ofSensor ?? ofHost;
        }

        Pair? latest = Volatile.Read(ref _latest);
        if (latest is null || latest.OfSensor != ofSensor || latest.OfHost != ofHost)
        {
            latest = new Pair(ofSensor, ofHost, Add(ofSensor, ofHost));
            Volatile.Write(ref _latest, latest);
        }

        return latest.Sum;
    }

    private static SensorZero Add(SensorZero first, SensorZero second)
    {
        ImmutableArray<float>.Builder offset = ImmutableArray.CreateBuilder<float>(first.Offset.Length);
        for (int i = 0; i < first.Offset.Length; i++)
        {
            offset.Add(first.Offset[i] + second.Offset[i]);
        }

        return new SensorZero(
            first.Count + second.Count, first.After > second.After ? first.After : second.After,
            offset.MoveToImmutable());
    }

    private sealed record Pair(SensorZero OfSensor, SensorZero OfHost, SensorZero Sum);
}
