using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing;
using EdgeFusion.Tests.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Sensing;

/// <summary>The zero of a force sensor, chosen while it runs.</summary>
public sealed class TareTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Tare _tare = new(2);
    private long _at;

    [Fact]
    public void Nothing_is_taken_off_before_the_first_zero()
    {
        Assert.Equal([3, -1], Take(3, -1));
        Assert.Null(_tare.Latest);
        Assert.False(_tare.IsBusy);
    }

    [Fact]
    public void The_mean_is_taken_off_from_the_sample_after_the_averaging()
    {
        _tare.Begin(2);

        Assert.Equal([4, -2], Take(4, -2));
        Assert.True(_tare.IsBusy);
        Assert.Equal([6, -4], Take(6, -4));
        Assert.False(_tare.IsBusy);
        Assert.Equal([1, 0], Take(6, -3));
        Assert.Equal(1, _tare.Latest!.Count);
        Assert.Equal(new Timestamp(2), _tare.Latest.After);
        Assert.Equal([5f, -3f], _tare.Latest.Offset.ToArray());
    }

    [Fact]
    public void A_second_zero_replaces_the_first_and_is_not_added_to_it()
    {
        _tare.Begin(1);
        Take(5, 5);
        _tare.Begin(1);

        Assert.Equal([2, 2], Take(7, 7));
        Assert.Equal([0, 0], Take(7, 7));
        Assert.Equal(2, _tare.Latest!.Count);
    }

    [Fact]
    public void Asking_again_begins_afresh()
    {
        _tare.Begin(2);
        Take(100, 100);
        _tare.Begin(2);
        Take(1, 1);
        Take(3, 3);

        Assert.Equal([0, 0], Take(2, 2));
        Assert.Equal(1, _tare.Latest!.Count);
        Assert.False(_tare.IsBusy);
    }

    [Fact]
    public void A_clipped_sample_is_not_averaged()
    {
        _tare.Begin(1);
        Take(SampleFlags.Clipped, 999, 999);
        Take(SampleFlags.Gap, 4, 4);

        Assert.Equal([1, 1], Take(5, 5));
    }

    [Fact]
    public void Only_forces_and_torques_have_a_zero_that_is_free()
    {
        Assert.NotNull(Tare.For(Layouts.Wrench));
        Assert.Null(Tare.For(VectorLayout.Uniform(6, "q", "rad")));
        Assert.Null(Tare.For(new FrameLayout(4, 4, PixelFormat.Gray8)));
    }

    [Fact]
    public void Taking_a_zero_off_allocates_nothing()
    {
        _tare.Begin(1);
        Take(1, 1);
        float[] values = [1, 2];

        const int Turns = 10_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Turns; i++)
        {
            _tare.Take(values, new Timestamp(i), SampleFlags.None);
        }

        Allocations.AssertNone(Turns, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_host_tares_a_live_force_sensor_and_tells_of_it_once_and_keeps_it_over_a_reconnect()
    {
        var info = new SensorInfo { Name = "wrist", Modality = "force", Layout = Layouts.Wrench, RateHz = 100 };
        var log = new ZeroLog();
        var ring = new SensorRing(info, 4_096);
        var clock = new PipelineClock(TimeProvider.System);
        var sensor = new Pressing(info);
        using var host = new SensorHost(
            sensor, ring, TimeSpan.FromSeconds(10), new SensorHostOptions(), clock, log);

        Assert.False(host.TryTare());
        host.Start();
        Assert.True(SpinWait.SpinUntil(() => Live(host, clock), Patience));
        Assert.True(host.TryTare());
        Assert.True(SpinWait.SpinUntil(() => !host.IsTaring, Patience));
        sensor.Fail = true;
        Assert.True(SpinWait.SpinUntil(() => host.Restarts > 0 && Live(host, clock), Patience));
        long seen = ring.Published;
        Assert.True(SpinWait.SpinUntil(() => ring.Published > seen, Patience));
        host.UpdateState(clock.Now);

        SensorZero zero = Assert.Single(log.Zeros);
        Assert.Equal(zero, host.Zero);
        Assert.Equal(7, zero.Offset[2]);
        Assert.Equal(0, MemoryMarshal.Cast<byte, float>(ring.Payload(ring.Published - 1))[2]);
    }

    [Fact]
    public void What_a_sensor_took_for_zero_at_its_start_is_told_and_is_part_of_the_sum_after_a_second_zero()
    {
        var info = new SensorInfo { Name = "wrist", Modality = "force", Layout = Layouts.Wrench, RateHz = 100 };
        var log = new ZeroLog();
        var clock = new PipelineClock(TimeProvider.System);
        var atStart = new SensorZero(1, new Timestamp(5), [0, 0, 2, 0, 0, 0.5f]);
        using var host = new SensorHost(
            new Pressing(info) { Zero = atStart }, new SensorRing(info, 4_096), TimeSpan.FromSeconds(10),
            new SensorHostOptions(), clock, log);

        host.Start();
        Assert.True(SpinWait.SpinUntil(() => Live(host, clock), Patience));
        Assert.True(host.TryTare());
        Assert.True(SpinWait.SpinUntil(() => !host.IsTaring, Patience));
        host.UpdateState(clock.Now);
        host.UpdateState(clock.Now);

        Assert.Equal(2, log.Zeros.Count);
        Assert.Equal(atStart, log.Zeros[0]);
        Assert.Same(log.Zeros[1], host.Zero);
        Assert.Equal((2, 9, 0.5f), (host.Zero!.Count, host.Zero.Offset[2], host.Zero.Offset[5]));
    }

    [Fact]
    public void A_streaming_device_that_begins_with_its_zero_tells_it()
    {
        var clock = new PipelineClock(TimeProvider.System);
        using var robot = new RtdeController(clock);
        using var thread = new DeviceThread(robot);
        ISensor sensor = RobotDevices
            .UniversalRobots(new TcpEndpoint("127.0.0.1", robot.Port), new RtdeOptions { RateHz = 500 })
            .Sensor("tcp", 1, tare: TimeSpan.FromMilliseconds(50));
        var log = new ZeroLog();
        using var host = new SensorHost(
            sensor, new SensorRing(sensor.Info, 4_096), TimeSpan.FromSeconds(10), new SensorHostOptions(), clock, log);

        Assert.Null(host.Zero);
        host.Start();
        Assert.True(SpinWait.SpinUntil(() => Live(host, clock), Patience));

        Assert.Equal(host.Zero, Assert.Single(log.Zeros));
        Assert.Equal(6, host.Zero!.Offset.Length);
        Assert.True(host.Ring.Header(0).Capture > host.Zero.After);
    }

    private static bool Live(SensorHost host, PipelineClock clock)
    {
        host.UpdateState(clock.Now);
        return host.State == SensorState.Live;
    }

    private float[] Take(params float[] values) => Take(SampleFlags.None, values);

    private float[] Take(SampleFlags flags, params float[] values)
    {
        _tare.Take(values, new Timestamp(++_at), flags);
        return values;
    }

    /// <summary>Measures 7 N along z, and fails when told to.</summary>
    private sealed class Pressing(SensorInfo info) : ISensor, IZeroedSensor
    {
        public volatile bool Fail;

        public SensorZero? Zero { get; init; }

        public SensorInfo Info => info;

        public void Capture(SampleSink sink, CancellationToken stopping)
        {
            while (sink.Clock.WaitUntil(sink.Clock.Now + TimeSpan.FromMilliseconds(1), stopping))
            {
                if (Fail)
                {
                    Fail = false;
                    throw new SensorException("the cable is out");
                }

                Span<float> wrench = MemoryMarshal.Cast<byte, float>(sink.Claim());
                wrench.Clear();
                wrench[2] = 7;
                sink.Commit(sink.Clock.Now, info.Layout.MaxSampleBytes);
            }
        }

        public void Dispose()
        {
        }
    }

    private sealed class ZeroLog : IPipelineObserver
    {
        public List<SensorZero> Zeros { get; } = [];

        public void SensorTared(SensorInfo sensor, SensorZero zero) => Zeros.Add(zero);

        public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason)
        {
        }

        public void SkippingChanged(bool skipping, long skippedSoFar)
        {
        }

        public void EngineChanged(string? failure)
        {
        }

        public void SinkChanged(string sink, string? problem)
        {
        }
    }
}
