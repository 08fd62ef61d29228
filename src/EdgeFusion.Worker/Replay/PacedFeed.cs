using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Replay;

/// <summary>Lets a feed pass at a speed: real time at 1, twice as fast at 2.</summary>
internal sealed class PacedFeed(ISampleFeed inner, PipelineClock clock, double speed, CancellationToken stopping)
    : ISampleFeed
{
    private Timestamp? _feedStart;
    private Timestamp _realStart;

    public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        if (!inner.TryAdvance(out sensor, out header))
        {
            return false;
        }

        if (_feedStart is not { } start)
        {
            _feedStart = header.Arrival;
            _realStart = clock.Now;
            return true;
        }

        long elapsed = (long)(header.Arrival.NanosecondsSince(start) / speed);
        return clock.WaitUntil(_realStart.AddNanoseconds(elapsed), stopping);
    }

    public void Fill(Span<byte> payload) => inner.Fill(payload);

    public void Dispose()
    {
    }
}
