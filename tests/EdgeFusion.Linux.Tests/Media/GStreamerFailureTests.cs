using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class GStreamerFailureTests
{
    [NeedsElementFact]
    public void A_camera_that_is_not_there_is_named_with_what_to_do()
    {
        string failure = Failure(new GStreamerOptions { Source = GStreamerSource.V4l2, Device = "/dev/video-none" });

        Assert.Contains("There is no camera '/dev/video-none'", failure, StringComparison.Ordinal);
        Assert.Contains("edgefusion devices", failure, StringComparison.Ordinal);
    }

    [NeedsElementFact]
    public void A_missing_file_is_named() => Assert.Contains(
        "There is no file 'none.mkv'",
        Failure(new GStreamerOptions { Source = GStreamerSource.File, Path = "none.mkv" }), StringComparison.Ordinal);

    [NeedsElementFact]
    public void An_unknown_element_of_a_custom_pipeline_is_named()
    {
        string failure = Failure(
            new GStreamerOptions { Source = GStreamerSource.Custom, Pipeline = "nosuchsrc ! identity" });

        Assert.Contains("nosuchsrc", failure, StringComparison.Ordinal);
    }

    [NeedsElementFact("rtspsrc")]
    public void A_camera_that_refuses_connections_says_what_to_check()
    {
        string failure = Failure(
            new GStreamerOptions { Source = GStreamerSource.Rtsp, Url = "rtsp://127.0.0.1:1/cam" });

        Assert.Contains("rtsp://127.0.0.1:1/cam", failure, StringComparison.Ordinal);
        Assert.Contains("check address, cable and that the camera is on", failure, StringComparison.Ordinal);
    }

    [NeedsElementFact("souphttpsrc")]
    public void A_web_camera_that_refuses_connections_says_so() => Assert.Contains(
        "http://127.0.0.1:1/cam",
        Failure(new GStreamerOptions { Source = GStreamerSource.Http, Url = "http://127.0.0.1:1/cam" }),
        StringComparison.Ordinal);

    [NeedsElementFact]
    public void An_element_that_is_not_installed_comes_with_its_package()
    {
        // Stands for a machine without the plugin: the check is by name only.
        var plan = new MediaPlan { Text = "no-such-element", Elements = ["no-such-element"], What = "the test" };

        var failure = Assert.Throws<SensorException>(() => MediaPipeline.Open(plan));

        Assert.Contains("'no-such-element' is not installed; apt install", failure.Message, StringComparison.Ordinal);
    }

    [NeedsElementFact("videotestsrc")]
    public void A_source_that_stays_silent_is_given_up()
    {
        using var sensor = new GStreamerSensor(MediaBench.Camera(64, 48), new GStreamerOptions
        {
            Source = GStreamerSource.Custom,
            Pipeline = "videotestsrc is-live=true num-buffers=3 ! video/x-raw,format=RGB,width=64,height=48 ! "
                + "valve drop=true",
            StartTimeout = TimeSpan.FromMilliseconds(300),
        });
        using var run = new SensorRun(sensor);

        string failure = run.WaitForFailure();

        Assert.True(
            failure.Contains("nothing came for 0.3 s", StringComparison.Ordinal)
            || failure.Contains("closed the stream", StringComparison.Ordinal), failure);
    }

    [NeedsElementFact("filesrc", "wavparse")]
    public void A_thousand_failing_opens_leave_nothing_behind()
    {
        using var sensor = MediaBench.Custom(
            MediaBench.Microphone(), "filesrc location=/nonexistent/x.wav ! wavparse ! audioconvert ! audioresample");
        for (int i = 0; i < 20; i++)
        {
            Fail(sensor);
        }

        int descriptors = MediaBench.Descriptors();
        int threads = Directory.GetDirectories("/proc/self/task").Length;
        for (int i = 0; i < 1_000; i++)
        {
            Fail(sensor);
        }

        // Other tests of this process open and close theirs meanwhile; a leak would be a thousand.
        Assert.InRange(MediaBench.Descriptors(), 0, descriptors + 300);
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length, 0, threads + 300);
    }

    private static void Fail(GStreamerSensor sensor)
    {
        var ring = new Buffering.SensorRing(sensor.Info, 16);
        var clock = new Time.PipelineClock(TimeProvider.System);
        var gate = new SampleGate(sensor.Info, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(5));
        Assert.Throws<SensorException>(
            () => sensor.Capture(new SampleSink(ring, gate, clock), CancellationToken.None));
    }

    private static string Failure(GStreamerOptions options)
    {
        using var sensor = new GStreamerSensor(MediaBench.Camera(64, 48), options);
        using var run = new SensorRun(sensor);
        return run.WaitForFailure();
    }
}
