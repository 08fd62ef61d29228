using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Commands;

/// <summary>Passes a feed on and tells now and then how far it has come.</summary>
internal sealed class ReportingFeed(ISampleFeed inner, Action<Timestamp> report) : ISampleFeed
{
    private const int Interval = 4_096;
    private int _count;

    public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        if (!inner.TryAdvance(out sensor, out header))
        {
            return false;
        }

        if (++_count % Interval == 0)
        {
            report(header.Arrival);
        }

        return true;
    }

    public void Fill(Span<byte> payload) => inner.Fill(payload);

    /// <summary>The inner feed belongs to whoever made it.</summary>
    public void Dispose()
    {
    }
}
