using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class GStreamerFrameTests
{
    [NeedsElementFact("videotestsrc")]
    public void A_red_picture_is_red_in_every_format_and_at_every_width()
    {
        // 322 pixels of 3 bytes are padded to 968 bytes a row by GStreamer, 323 to 972.
        foreach (int width in (int[])[320, 322, 323])
        {
            Assert.Equal([255, 0, 0], Pixel(Red(width, PixelFormat.Rgb8), width, 40, 3));
            Assert.Equal([0, 0, 255], Pixel(Red(width, PixelFormat.Bgr8), width, 40, 3));
            Assert.InRange(Pixel(Red(width, PixelFormat.Gray8), width, 40, 1)[0], 70, 90);
        }
    }

    [NeedsElementFact("videotestsrc", "videoconvert")]
    public void Formats_of_a_custom_pipeline_are_converted_on_the_way()
    {
        foreach (string format in (string[])["RGB", "BGR", "RGBx", "BGRx", "RGBA", "BGRA", "NV12"])
        {
            SensorInfo info = MediaBench.Camera(66, 50);
            using var sensor = MediaBench.Custom(
                info,
                "videotestsrc is-live=true pattern=red ! videoconvert ! "
                + $"video/x-raw,format={format},width=66,height=50");
            byte[] frame = First(sensor);

            byte[] pixel = Pixel(frame, 66, 49, 3);
            Assert.InRange(pixel[0], 250, 255);
            Assert.InRange(pixel[1], 0, 4);
            Assert.InRange(pixel[2], 0, 4);
        }
    }

    [NeedsElementFact("videotestsrc", "videoconvert")]
    public void Nv12_becomes_the_same_colour_as_by_videoconvert()
    {
        foreach (string colorimetry in (string[])["bt601", "bt709"])
        {
            string picture = "videotestsrc is-live=true pattern=solid-color foreground-color=0xff3070b0 ! "
                + $"video/x-raw,format=NV12,width=128,height=96,colorimetry={colorimetry}";
            using var ours = MediaBench.Custom(MediaBench.Camera(128, 96), picture);
            using var theirs = MediaBench.Custom(
                MediaBench.Camera(128, 96), picture + " ! videoconvert ! video/x-raw,format=RGB");

            byte[] a = First(ours);
            byte[] b = First(theirs);

            Assert.Equal(0, a.Zip(b).Count(pair => Math.Abs(pair.First - pair.Second) > 3));
            Assert.InRange(a[2], 165, 187);
        }
    }

    [NeedsElementFact("videotestsrc")]
    public void A_source_of_twice_the_rate_gives_every_other_frame()
    {
        using var sensor = MediaBench.Custom(
            MediaBench.Camera(64, 48, 50),
            "videotestsrc is-live=true ! video/x-raw,format=RGB,width=64,height=48,framerate=100/1");
        using var run = new SensorRun(sensor);

        run.WaitFor(20);
        run.Stop();

        Assert.InRange(sensor.Skipped, 17, 23);
        Assert.Equal(run.Ring.Published + sensor.Skipped, sensor.Received);
    }

    [NeedsElementFact("videotestsrc")]
    public void A_live_frame_is_a_few_milliseconds_old()
    {
        using var sensor = new GStreamerSensor(MediaBench.Camera(640, 480), new GStreamerOptions());
        using var run = new SensorRun(sensor);

        run.WaitFor(20);
        run.Stop();

        long youngest = Enumerable.Range(5, 15)
            .Min(i => run.Ring.Header(i).Arrival.NanosecondsSince(run.Ring.Header(i).Capture));
        Assert.InRange(youngest, 0, 40_000_000);
    }

    [NeedsElementFact("videotestsrc", "concat")]
    public void A_change_of_size_ends_the_capture_with_what_to_do()
    {
        using var sensor = MediaBench.Custom(
            MediaBench.Camera(64, 48),
            "videotestsrc num-buffers=5 ! video/x-raw,format=RGB,width=64,height=48 ! c. "
            + "videotestsrc num-buffers=5 ! video/x-raw,format=RGB,width=32,height=24 ! c. concat name=c");
        using var run = new SensorRun(sensor);

        string failure = run.WaitForFailure();

        Assert.Contains("32 x 24", failure, StringComparison.Ordinal);
        Assert.Contains("set width and height", failure, StringComparison.Ordinal);
    }

    [NeedsElementFact("videotestsrc")]
    public void The_end_of_a_live_stream_is_a_failure_so_that_it_is_opened_again()
    {
        using var sensor = MediaBench.Custom(
            MediaBench.Camera(64, 48),
            "videotestsrc num-buffers=5 ! video/x-raw,format=RGB,width=64,height=48,framerate=30/1");
        using var run = new SensorRun(sensor);

        Assert.Contains("closed the stream", run.WaitForFailure(), StringComparison.Ordinal);
    }

    private static byte[] Red(int width, PixelFormat format)
    {
        using var sensor = new GStreamerSensor(
            MediaBench.Camera(width, 50, format: format), new GStreamerOptions { Pattern = "red" });
        return First(sensor);
    }

    private static byte[] First(ISensor sensor)
    {
        using var run = new SensorRun(sensor);
        run.WaitFor(1);
        run.Stop();
        return run.Ring.Payload(run.Ring.Published - 1).ToArray();
    }

    private static byte[] Pixel(byte[] frame, int width, int row, int channels) =>
        frame.AsSpan(((row * width) + (width / 2)) * channels, channels).ToArray();
}
