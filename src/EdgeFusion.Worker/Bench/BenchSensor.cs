using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>
/// One sensor of the bench workload at real pace. Like a device behind a driver it wakes when data is due, at most once
/// per millisecond, and delivers all that has come; captures lie on the exact grid.
/// </summary>
internal sealed class BenchSensor : ISensor
{
    private readonly byte[] _template;
    private readonly PaceOrigin _origin;

    /// <param name="index">Place in <see cref="BenchWorkload.Sensors"/>.</param>
    /// <param name="template">Payload that each sample repeats.</param>
    /// <param name="origin">Start of the grid, shared by all sensors.</param>
    public BenchSensor(int index, byte[] template, PaceOrigin origin)
    {
        Info = BenchWorkload.Sensors[index];
        _template = template;
        _origin = origin;
    }

    public SensorInfo Info { get; }

    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        // The origin's scene begins at 0, so the shift is the grid's first instant.
        var start = new Timestamp(_origin.Shift(sink.Clock.Now));
        long index = 0;
        while (sink.Clock.WaitUntil(Capture(start, index).AddNanoseconds(BenchWorkload.Transport(Info)), stopping))
        {
            Timestamp now = sink.Clock.Now;
            Timestamp capture = Capture(start, index);
            while (capture.AddNanoseconds(BenchWorkload.Transport(Info)) <= now)
            {
                Span<byte> slot = sink.Claim();
                _template.CopyTo(slot);
                MemoryMarshal.Write(slot, (int)index & 0xFFFF);
                sink.Commit(capture, _template.Length);
                capture = Capture(start, ++index);
            }
        }
    }

    public void Dispose()
    {
    }

    private Timestamp Capture(Timestamp start, long index) =>
        start.AddNanoseconds(BenchWorkload.CaptureNanoseconds(Info, index));
}
