using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>
/// A feed that gives samples up to an instant, which may be moved on, and counts what the feed behind it allocates: so
/// that the pipeline's own allocation can be told apart.
/// </summary>
internal sealed class MeteredFeed(ISampleFeed inner) : ISampleFeed
{
    private SampleHeader _held;
    private int _heldSensor;
    private bool _holds;

    public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

    /// <summary>Samples that arrive at or after this instant wait.</summary>
    public Timestamp End { get; set; }

    /// <summary>Managed bytes that the feed behind has allocated on this thread.</summary>
    public long AllocatedBytes { get; private set; }

    public bool TryAdvance(out int sensor, out SampleHeader header)
    {
        if (!_holds)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _holds = inner.TryAdvance(out _heldSensor, out _held);
            AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        sensor = _heldSensor;
        header = _held;
        if (!_holds || _held.Arrival >= End)
        {
            return false;
        }

        _holds = false;
        return true;
    }

    public void Fill(Span<byte> payload)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        inner.Fill(payload);
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public void Dispose() => inner.Dispose();
}
