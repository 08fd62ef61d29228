using EdgeFusion.Linux.Audio;
using EdgeFusion.Linux.Tests.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Audio;

public sealed class AlsaSensorTests
{
    private const int RateHz = 16_000;

    [Fact]
    public void An_overrun_is_counted_once_and_flags_the_next_block_only()
    {
        var input = new FakePcmInput(
            160, PcmStatus.Ok, PcmStatus.Ok, PcmStatus.Overrun, PcmStatus.Ok, PcmStatus.Ok, PcmStatus.Suspended,
            PcmStatus.Ok);
        using var sensor = new AlsaSensor(MediaBench.Microphone(), new AlsaOptions(), () => input);
        using var run = new SensorRun(sensor);

        run.WaitFor(5);
        run.Stop();

        SampleFlags[] flags = [.. Enumerable.Range(0, 5).Select(i => run.Ring.Header(i).Flags)];
        Assert.Equal(
            [SampleFlags.None, SampleFlags.None, SampleFlags.Gap, SampleFlags.None, SampleFlags.Gap], flags);
        Assert.Equal(1, sensor.Overruns);
        Assert.Equal(1, sensor.Suspends);
        Assert.Equal(2, input.Recoveries);
        Assert.Equal(5 * 160, sensor.Frames);
        Assert.True(input.IsDisposed);
    }

    [Fact]
    public void A_long_read_is_cut_into_blocks_whose_times_follow_each_other()
    {
        var input = new FakePcmInput(480, PcmStatus.Ok);
        using var sensor = new AlsaSensor(MediaBench.Microphone(), new AlsaOptions(), () => input);
        using var run = new SensorRun(sensor);

        run.WaitFor(3);
        run.Stop();

        Assert.Equal(10_000_000, run.Ring.Header(1).Capture.NanosecondsSince(run.Ring.Header(0).Capture));
        Assert.Equal(10_000_000, run.Ring.Header(2).Capture.NanosecondsSince(run.Ring.Header(1).Capture));
        long age = run.Ring.Header(0).Arrival.NanosecondsSince(run.Ring.Header(0).Capture);
        Assert.InRange(age, 30_000_000, 1_000_000_000);
    }

    [Fact]
    public void A_silent_microphone_is_given_up()
    {
        var options = new AlsaOptions { SilenceTimeout = TimeSpan.FromMilliseconds(20) };
        using var sensor = new AlsaSensor(MediaBench.Microphone(), options, () => new FakePcmInput(160));
        using var run = new SensorRun(sensor);

        Assert.Contains("is silent", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Late_wake_ups_do_not_move_the_capture_times()
    {
        var time = new ManualTimeProvider();
        var clock = new PipelineClock(time);
        Timestamp start = clock.Now;
        var stamps = new PcmStamps(
            RateHz, clock, () => clock.Now.NanosecondsSince(start) + Timestamp.NanosecondsPerSecond);
        var random = new Random(4);
        double worst = 0;
        for (int block = 1; block <= 2_000; block++)
        {
            // The driver stamps the end of the period; we wake up 0..8 ms later.
            long end = block * 10_000_000L;
            long late = random.Next(8_000_000);
            time.Advance(TimeSpan.FromTicks((end + late - clock.Now.NanosecondsSince(start)) / 100));
            stamps.Observe(160, end + Timestamp.NanosecondsPerSecond);
            long error = stamps.Take(160).NanosecondsSince(start) - (end - 10_000_000);
            worst = Math.Max(worst, Math.Abs(error));
        }

        Assert.InRange(worst, 0, 100_000);
    }

    [Fact]
    public void A_block_costs_no_allocation()
    {
        const int Turns = 5_000;
        var clock = new PipelineClock(TimeProvider.System);
        var stamps = new PcmStamps(RateHz, clock);
        stamps.Observe(160, 0);
        stamps.Take(160);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Turns; i++)
        {
            stamps.Observe(160, 0);
            stamps.Take(160);
        }

        Allocations.AssertNone(Turns, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [NeedsLibraryFact("libasound.so.2")]
    public void A_device_that_is_not_there_is_named_with_what_to_do()
    {
        using var sensor = new AlsaSensor(MediaBench.Microphone(), new AlsaOptions { Device = "hw:CARD=nosuch" });
        using var run = new SensorRun(sensor);

        string failure = run.WaitForFailure();

        Assert.Contains("Cannot open microphone 'hw:CARD=nosuch'", failure, StringComparison.Ordinal);
        Assert.Contains("edgefusion devices", failure, StringComparison.Ordinal);
    }

    [NeedsLibraryFact("libasound.so.2")]
    public void A_thousand_failing_opens_leave_nothing_behind()
    {
        using var sensor = new AlsaSensor(MediaBench.Microphone(), new AlsaOptions { Device = "hw:CARD=nosuch" });
        var ring = new Buffering.SensorRing(sensor.Info, 16);
        var clock = new PipelineClock(TimeProvider.System);
        var gate = new SampleGate(sensor.Info, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(5));
        var sink = new SampleSink(ring, gate, clock);
        Assert.Throws<SensorException>(() => sensor.Capture(sink, CancellationToken.None));
        int descriptors = MediaBench.Descriptors();

        for (int i = 0; i < 1_000; i++)
        {
            Assert.Throws<SensorException>(() => sensor.Capture(sink, CancellationToken.None));
        }

        // Other tests of this process open and close theirs meanwhile; a leak would be a thousand.
        Assert.InRange(MediaBench.Descriptors(), 0, descriptors + 300);
    }
}
