using System.Runtime.InteropServices;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Export.LeRobot;

/// <summary>A vector, kept in memory until the episode is written.</summary>
internal sealed class HeldVector(EpisodeGrid grid, VectorLayout layout) : HeldColumn(grid, layout.MaxSampleBytes)
{
    private readonly List<float> _values = [];

    /// <summary>All instants, one after the other.</summary>
    public ReadOnlySpan<float> Values => CollectionsMarshal.AsSpan(_values);

    /// <summary>Statistics per element.</summary>
    public FeatureStatistics Statistics { get; } = new(layout.Width);

    protected override void Put(ReadOnlySpan<byte> payload)
    {
        for (int i = 0; i < layout.Width; i++)
        {
            float value = MemoryMarshal.Read<float>(payload[(i * sizeof(float))..]);
            _values.Add(value);
            Statistics.Add(i, value);
        }

        Statistics.Count++;
    }
}
