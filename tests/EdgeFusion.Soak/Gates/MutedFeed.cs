using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Gates;

/// <summary>A feed in which one sensor falls silent at an instant and never speaks again.</summary>
internal sealed class MutedFeed(ISampleFeed inner, int muted, Timestamp from) : ISampleFeed
{
    public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        while (inner.TryAdvance(out sensor, out header))
        {
            if (sensor != muted || header.Arrival < from)
            {
                return true;
            }
        }

        return false;
    }

    public void Fill(Span<byte> payload) => inner.Fill(payload);

    public void Dispose() => inner.Dispose();
}
