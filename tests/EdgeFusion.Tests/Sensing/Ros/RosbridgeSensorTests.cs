using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Ros;
using EdgeFusion.Simulator.Ros;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Tests.Sensing.Ros;

public sealed class RosbridgeSensorTests
{
    private static readonly SensorInfo Arm = RosBench.Info(RosBench.Joints);

    [Fact]
    public void Joints_come_by_name_and_only_a_subscription_is_sent()
    {
        using var server = new RosbridgeServer(Loopback.FreePort());
        using var sensor = new RosbridgeSensor(Arm, RosBench.Options(server.Url));
        using IDisposable beat = Publish(server);
        using var run = new SensorRun(sensor);

        run.WaitFor(10);
        run.Stop();

        float[] values = [.. MemoryMarshal.Cast<byte, float>(run.Ring.Payload(3))];
        Assert.Equal([1, 2, 3, 4, 5, 6], values);
        string request = Assert.Single(server.Requests);
        Assert.Equal(
            "{\"op\":\"subscribe\",\"id\":\"edgefusion\",\"topic\":\"/joint_states\","
            + "\"type\":\"sensor_msgs/msg/JointState\",\"throttle_rate\":0,\"queue_length\":1}",
            request);
    }

    [Fact]
    public void A_subscription_that_dies_silently_ends_the_capture()
    {
        using var server = new RosbridgeServer(Loopback.FreePort());
        using var sensor = new RosbridgeSensor(
            Arm, RosBench.Options(server.Url) with { SilenceTimeout = TimeSpan.FromMilliseconds(400) });
        using IDisposable beat = Publish(server);
        using var run = new SensorRun(sensor);
        run.WaitFor(5);

        server.ForgetSubscriptions();

        Assert.Contains("nothing usable for 0.4 s", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_bridge_complains_about_is_passed_on()
    {
        using var server = new RosbridgeServer(Loopback.FreePort());
        using var sensor = new RosbridgeSensor(
            Arm, RosBench.Options(server.Url) with { StartTimeout = TimeSpan.FromMilliseconds(600) });
        using IDisposable beat = RosBench.Every(20, _ => server.Status("error", "no such type"));
        using var run = new SensorRun(sensor);

        Assert.Contains("no such type", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Something_else_on_the_port_is_recognised()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        using var sensor = new RosbridgeSensor(
            Arm, RosBench.Options(server.Url) with { StartTimeout = TimeSpan.FromMilliseconds(600) });
        using var run = new SensorRun(sensor);

        Assert.NotEmpty(run.WaitForFailure());
    }

    [Fact]
    public void Wrench_and_picture_and_sound_arrive_as_they_were_sent()
    {
        var picture = new FrameLayout(64, 48, PixelFormat.Rgb8);
        var sound = new AudioLayout(1, AudioFormat.Int16, 160);
        byte[] pixels = new byte[picture.MaxSampleBytes];
        byte[] tone = new byte[sound.MaxSampleBytes];
        new Random(1).NextBytes(pixels);
        new Random(2).NextBytes(tone);
        byte[] wrench = MemoryMarshal.AsBytes<float>([1.5f, -2.25f, 9.5f, .125f, -.5f, .0625f]).ToArray();

        AssertArrives(RosBench.Info(RosBench.Wrench), wrench);
        AssertArrives(RosBench.Info(picture, 30), pixels);
        AssertArrives(RosBench.Info(sound, 16_000) with { FramesPerBlock = 160 }, tone);
    }

    private static void AssertArrives(SensorInfo info, byte[] payload)
    {
        using var server = new RosbridgeServer(Loopback.FreePort());
        RosTopicOptions options = RosBench.Options(server.Url, "/x") with { Type = RosJsonMessage.TypeOf(info) };
        using var sensor = new RosbridgeSensor(info, options);
        using IDisposable beat = RosBench.Every(
            10,
            i => server.Publish(
                "/x", RosJsonMessage.Of(info, new Time.Timestamp(1_000_000_000 + (i * 10_000_000)), payload)));
        using var run = new SensorRun(sensor);

        run.WaitFor(3);
        run.Stop();

        Assert.True(run.Ring.Payload(2).SequenceEqual(payload));
    }

    private static IDisposable Publish(RosbridgeServer server) => RosBench.Every(5, i => server.Publish(
        RosBench.Topic,
        $$"""
        {"header":{"stamp":{"sec":17,"nanosec":{{i % 190 * 5_000_000}}},"frame_id":""},
        "name":["c","x","a","b"],"position":[3,null,1,2],"velocity":[6,0,4,5],"effort":[]}
        """));
}
