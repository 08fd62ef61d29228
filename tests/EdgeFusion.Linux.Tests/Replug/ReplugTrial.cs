using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Replug;

/// <summary>Runs a sensor as the worker does, takes its device away again and again, and measures how long data take
/// to come after it is back.</summary>
internal sealed class ReplugTrial : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly IReplugBench _bench;
    private readonly Random _random;
    private readonly PipelineClock _clock = new(TimeProvider.System);

    /// <param name="bench">Device and sensor; owned.</param>
    /// <param name="seed">Decides how long the device is away.</param>
    public ReplugTrial(IReplugBench bench, int seed)
    {
        _bench = bench;
        _random = new Random(seed);
        SensorInfo info = bench.Sensor.Info;
        var ring = new SensorRing(info, (int)(Timestamp.NanosecondsPerSecond / info.PeriodNanoseconds) + 2);
        Host = new SensorHost(
            bench.Sensor, ring, TimeSpan.FromSeconds(10), new SensorHostOptions(), _clock, NullObserver.Instance);
        Host.Start();
    }

    public SensorHost Host { get; }

    /// <summary>Seconds that data took to come each time, from the moment on at which the device was back.</summary>
    public List<double> Seconds { get; } = [];

    /// <summary>Waits for the first sample.</summary>
    /// <returns>False where none came.</returns>
    public bool Begin() => WaitForMore(0);

    /// <summary>Takes the device away and brings it back.</summary>
    /// <param name="times">How often.</param>
    /// <returns>False where no data came any more.</returns>
    public bool Run(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _bench.Unplug();
            _clock.WaitUntil(
                _clock.Now + Shortest + (_random.NextDouble() * _bench.LongestOutage), CancellationToken.None);
            long before = Host.Ring.Published;
            _bench.Plug();
            Timestamp back = _clock.Now;
            if (!WaitForMore(before))
            {
                return false;
            }

            Seconds.Add((_clock.Now - back).TotalSeconds);
            WaitForMore(Host.Ring.Published + 2);
        }

        return true;
    }

    public void Dispose()
    {
        Host.Dispose();
        _bench.Dispose();
    }

    private bool WaitForMore(long published)
    {
        Timestamp end = _clock.Now + Patience;
        while (Host.Ring.Published <= published)
        {
            if (_clock.Now > end)
            {
                return false;
            }

            _clock.WaitUntil(_clock.Now + Poll, CancellationToken.None);
        }

        return true;
    }
}
