using EdgeFusion.Linux.Media;
using EdgeFusion.Linux.Tests.Mqtt;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

public sealed class NetworkCameraTests
{
    private const string Picture =
        "videotestsrc is-live=true pattern=red ! video/x-raw,width=320,height=240,framerate=30/1 ! ";
    private const string Jpeg = "( " + Picture
        + "videoconvert ! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay name=pay0 pt=26 )";
    private const string H264AndSound = "( " + Picture
        + "videoconvert ! video/x-raw,format=I420 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! "
        + "rtph264pay name=pay0 pt=96 config-interval=1 "
        + "audiotestsrc is-live=true ! audio/x-raw,rate=16000,channels=1 ! audioconvert ! rtpL16pay name=pay1 pt=97 )";

    [NeedsLibraryFact(RtspServer.Library)]
    public void An_rtsp_camera_delivers_decoded_frames()
    {
        using var server = new RtspServer(Jpeg);
        using GStreamerSensor sensor = Camera(server.Port);
        using var run = new SensorRun(sensor);

        run.WaitFor(15);
        run.Stop();

        byte[] frame = run.Ring.Payload(run.Ring.Published - 1).ToArray();
        Assert.InRange(frame[0], 225, 255);
        Assert.InRange(frame[1], 0, 20);
    }

    [NeedsLibraryFact(RtspServer.Library)]
    public void Picture_and_sound_of_one_h264_camera_are_two_sensors()
    {
        using var server = new RtspServer(H264AndSound);
        using GStreamerSensor camera = Camera(server.Port);
        using var microphone = new GStreamerSensor(MediaBench.Microphone(), Options(server.Port));
        using var pictures = new SensorRun(camera);
        using var sounds = new SensorRun(microphone);

        pictures.WaitFor(10);
        sounds.WaitFor(10);
        pictures.Stop();
        sounds.Stop();
    }

    [NeedsLibraryFact(RtspServer.Library)]
    public void A_camera_that_vanishes_fails_and_is_there_again_after_it_came_back()
    {
        using var server = new RtspServer(Jpeg);
        using var relay = new TcpRelay(server.Port);
        using GStreamerSensor sensor = Camera(relay.Port);
        for (int i = 0; i < 3; i++)
        {
            using var run = new SensorRun(sensor);
            run.WaitFor(5);
            relay.Cut();
            Assert.Contains("rtsp://127.0.0.1", run.WaitForFailure(), StringComparison.Ordinal);
        }

        using var again = new SensorRun(sensor);
        again.WaitFor(5);
        again.Stop();
    }

    [NeedsLibraryFact(RtspServer.Library)]
    public void A_wrong_path_says_to_check_it()
    {
        using var server = new RtspServer(Jpeg);
        using var sensor = new GStreamerSensor(MediaBench.Camera(320, 240), new GStreamerOptions
        {
            Source = GStreamerSource.Rtsp,
            Url = $"rtsp://127.0.0.1:{server.Port}/other",
        });
        using var run = new SensorRun(sensor);

        Assert.Contains("check the path", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [NeedsElementFact("souphttpsrc", "multipartdemux", "jpegdec")]
    public void An_mjpeg_camera_delivers_until_it_is_unplugged_and_again_after()
    {
        for (int i = 0; i < 2; i++)
        {
            using var server = new MjpegServer(320, 240);
            using var sensor = new GStreamerSensor(MediaBench.Camera(320, 240, 50), new GStreamerOptions
            {
                Source = GStreamerSource.Http,
                Url = server.Url,
            });
            using var run = new SensorRun(sensor);
            run.WaitFor(10);

            server.Dispose();

            Assert.Contains(server.Url, run.WaitForFailure(), StringComparison.Ordinal);
        }
    }

    private static GStreamerSensor Camera(int port) => new(MediaBench.Camera(320, 240), Options(port));

    private static GStreamerOptions Options(int port) => new()
    {
        Source = GStreamerSource.Rtsp,
        Url = $"rtsp://127.0.0.1:{port}/camera",
        Latency = TimeSpan.FromMilliseconds(50),
        StartTimeout = TimeSpan.FromSeconds(20),
    };
}
