using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>
/// What delivers the bench workload at real pace. Like the driver of a device it wakes when data is due, at most once
/// per millisecond, and delivers all that has come; captures lie on the exact grid.
/// </summary>
/// <remarks>
/// Shared, one thread acquires for all sensors (an input card, a field bus; the way in which the peer was measured),
/// while the other sensors' threads wait: 1,000 wake-ups per second. Otherwise each sensor's thread wakes for itself:
/// 1,630. <b>Threading.</b> Each sensor calls on its own thread.
/// </remarks>
internal sealed class BenchDriver
{
    private readonly byte[][] _templates = BenchFeed.Templates();
    private readonly SampleSink?[] _sinks = new SampleSink?[BenchWorkload.Sensors.Length];
    private readonly long[] _next = new long[BenchWorkload.Sensors.Length];
    private readonly PaceOrigin _origin = new(new Timestamp(0));
    private readonly bool _shared;
    private readonly int _fastest;

    /// <param name="shared">Whether one thread acquires for all sensors.</param>
    public BenchDriver(bool shared)
    {
        _shared = shared;
        for (int i = 0; i < _next.Length; i++)
        {
            bool faster = BenchWorkload.Sensors[i].PeriodNanoseconds
                < BenchWorkload.Sensors[_fastest].PeriodNanoseconds;
            _fastest = faster ? i : _fastest;
        }
    }

    /// <summary>The sensors of the workload, all behind this driver.</summary>
    public ImmutableArray<ISensor> Sensors()
    {
        ImmutableArray<ISensor>.Builder sensors = ImmutableArray.CreateBuilder<ISensor>();
        for (int i = 0; i < _sinks.Length; i++)
        {
            sensors.Add(new BenchSensor(i, this));
        }

        return sensors.ToImmutable();
    }

    /// <summary>Delivers one sensor until cancelled.</summary>
    public void Capture(int sensor, SampleSink sink, CancellationToken stopping)
    {
        // The origin's scene begins at 0, so the shift is the grid's first instant.
        var start = new Timestamp(_origin.Shift(sink.Clock.Now));
        Volatile.Write(ref _sinks[sensor], sink);
        if (_shared && sensor != _fastest)
        {
            stopping.WaitHandle.WaitOne();
            return;
        }

        while (sink.Clock.WaitUntil(Arrival(start, sensor), stopping))
        {
            for (int i = _shared ? 0 : sensor; i <= (_shared ? _sinks.Length - 1 : sensor); i++)
            {
                Deliver(i, start, sink.Clock);
            }
        }
    }

    private void Deliver(int sensor, Timestamp start, PipelineClock clock)
    {
        if (Volatile.Read(ref _sinks[sensor]) is not { } sink)
        {
            return;
        }

        for (Timestamp now = clock.Now; Arrival(start, sensor) <= now; _next[sensor]++)
        {
            Span<byte> slot = sink.Claim();
            _templates[sensor].CopyTo(slot);
            MemoryMarshal.Write(slot, (int)_next[sensor] & 0xFFFF);
            sink.Commit(Captured(start, sensor), clock.Now, _templates[sensor].Length, SampleFlags.None);
        }
    }

    private Timestamp Captured(Timestamp start, int sensor) =>
        start.AddNanoseconds(BenchWorkload.CaptureNanoseconds(BenchWorkload.Sensors[sensor], _next[sensor]));

    private Timestamp Arrival(Timestamp start, int sensor) =>
        Captured(start, sensor).AddNanoseconds(BenchWorkload.Transport(BenchWorkload.Sensors[sensor]));
}
