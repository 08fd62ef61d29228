using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class IsolationTests
{
    [NeedsElementFact("audiotestsrc", "valve")]
    public void Sources_that_hang_or_fail_do_not_delay_another()
    {
        var clock = new PipelineClock(TimeProvider.System);
        using SensorHost good = Host(
            new GStreamerSensor(MediaBench.Microphone(), new GStreamerOptions()), clock);
        using SensorHost hanging = Host(
            MediaBench.Custom(MediaBench.Camera(64, 48), "videotestsrc is-live=true ! valve drop=true"), clock);
        using SensorHost failing = Host(
            new GStreamerSensor(
                MediaBench.Camera(64, 48),
                new GStreamerOptions { Source = GStreamerSource.V4l2, Device = "/dev/video-none" }),
            clock);
        good.Start();
        hanging.Start();
        failing.Start();

        Assert.True(SpinWait.SpinUntil(() => good.Ring.Published >= 100, TimeSpan.FromSeconds(20)));

        Assert.Equal(0, hanging.Ring.Published);
        Assert.True(failing.Restarts >= 2);
        for (int i = 1; i < 100; i++)
        {
            Assert.Equal(SampleFlags.None, good.Ring.Header(i).Flags);
        }
    }

    private static SensorHost Host(ISensor sensor, PipelineClock clock) => new(
        sensor, new SensorRing(sensor.Info, 512), TimeSpan.FromSeconds(10), new SensorHostOptions(), clock,
        NullObserver.Instance);
}
