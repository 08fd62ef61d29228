using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Replay;

/// <summary>
/// Lets a feed pass at a speed: real time at 1, twice as fast at 2. Sleeps in between and never spins.
/// </summary>
/// <remarks>
/// The system's timer has steps of a millisecond and rounds up, so each sample is let go half a step early: the error
/// is at most half a millisecond in either direction, plus what waking up takes, and does not add up.
/// </remarks>
internal sealed class PacedFeed(ISampleFeed inner, PipelineClock clock, double speed, CancellationToken stopping)
    : ISampleFeed
{
    private const long HalfStepNanoseconds = 500_000;

    private Timestamp? _feedStart;
    private Timestamp _realStart;

    public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

    /// <summary>Distance of each sample from its instant, early or late.</summary>
    public LatencyHistogram Error { get; } = new();

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

        Timestamp due = _realStart.AddNanoseconds((long)(header.Arrival.NanosecondsSince(start) / speed));
        bool isDue = clock.WaitUntil(due.AddNanoseconds(-HalfStepNanoseconds), stopping);
        Error.Record(Math.Abs(clock.Now.NanosecondsSince(due)));
        return isDue;
    }

    public void Fill(Span<byte> payload) => inner.Fill(payload);

    public void Dispose()
    {
    }
}
