using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Ros;
using EdgeFusion.Simulator.Ros;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Tests.Sensing.Ros;

public sealed class FoxgloveSensorTests
{
    private const string JointState = "sensor_msgs/msg/JointState";
    private static readonly SensorInfo Arm = RosBench.Info(RosBench.Joints);

    [Theory]
    [InlineData("foxglove.sdk.v1")]
    [InlineData("foxglove.websocket.v1")]
    public void Joints_come_by_name_over_both_subprotocols(string protocol)
    {
        using var server = new FoxgloveServer(Loopback.FreePort(), protocol);
        server.Advertise(7, RosBench.Topic, JointState);
        using var sensor = new FoxgloveSensor(Arm, RosBench.Options(server.Url));
        using IDisposable beat = Publish(server, 7);
        using var run = new SensorRun(sensor);

        run.WaitFor(10);
        run.Stop();

        float[] values = [.. MemoryMarshal.Cast<byte, float>(run.Ring.Payload(3))];
        Assert.Equal([1, 2, 3, 4, 5, 6], values);
    }

    [Fact]
    public void Nothing_but_subscriptions_is_ever_sent()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(7, RosBench.Topic, JointState);
        using var sensor = new FoxgloveSensor(Arm, RosBench.Options(server.Url));
        using IDisposable beat = Publish(server, 7);
        using var run = new SensorRun(sensor);

        run.WaitFor(5);
        run.Stop();

        Assert.Equal(["""{"op":"subscribe","subscriptions":[{"id":1,"channelId":7}]}"""], server.Requests);
    }

    [Fact]
    public void A_topic_that_returns_under_another_number_is_followed()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(7, RosBench.Topic, JointState);
        using var sensor = new FoxgloveSensor(
            Arm, RosBench.Options(server.Url));
        using IDisposable first = Publish(server, 7);
        using IDisposable second = Publish(server, 8);
        using var run = new SensorRun(sensor);
        run.WaitFor(5);

        server.Unadvertise(7);
        server.Advertise(8, RosBench.Topic, JointState);

        SpinWait.SpinUntil(() => server.IsSubscribed(8), TimeSpan.FromSeconds(10));
        long before = run.Ring.Published;
        run.WaitFor(before + 5);
        run.Stop();
    }

    [Fact]
    public void A_subscription_that_dies_silently_ends_the_capture()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(7, RosBench.Topic, JointState);
        using var sensor = new FoxgloveSensor(
            Arm, RosBench.Options(server.Url) with { SilenceTimeout = TimeSpan.FromMilliseconds(400) });
        using var run = new SensorRun(sensor);
        using (Publish(server, 7))
        {
            run.WaitFor(5);
        }

        string failure = run.WaitForFailure();

        Assert.Contains("nothing usable for 0.4 s", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bridge_that_crashes_and_returns_is_read_again()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(7, RosBench.Topic, JointState);
        using var sensor = new FoxgloveSensor(
            Arm, RosBench.Options(server.Url) with { SilenceTimeout = TimeSpan.FromSeconds(2) });
        using IDisposable beat = Publish(server, 7);
        for (int i = 0; i < 10; i++)
        {
            using var run = new SensorRun(sensor);
            run.WaitFor(3);
            server.Cut();
            Assert.Contains(server.Url, run.WaitForFailure(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_topic_that_is_not_there_is_answered_with_those_that_are()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(1, "/camera", "sensor_msgs/msg/Image");
        using var sensor = new FoxgloveSensor(
            Arm, RosBench.Options(server.Url) with { StartTimeout = TimeSpan.FromMilliseconds(300) });
        using var run = new SensorRun(sensor);

        string failure = run.WaitForFailure();

        Assert.Contains("does not advertise it; it has /camera", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_of_the_wrong_type_or_encoding_is_refused_with_what_is_needed()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(1, "/wrench", "geometry_msgs/msg/WrenchStamped");
        server.Advertise(2, "/old", JointState, encoding: "ros1");

        Assert.Contains(JointState, Failure(server, "/wrench"), StringComparison.Ordinal);
        Assert.Contains("use rosbridge", Failure(server, "/old"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_ten_megabytes_arrives_whole()
    {
        var layout = new FrameLayout(2_000, 1_800, PixelFormat.Rgb8);
        SensorInfo camera = RosBench.Info(layout, 5);
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(1, "/camera", "sensor_msgs/msg/Image");
        byte[] pixels = new byte[layout.MaxSampleBytes];
        new Random(1).NextBytes(pixels);
        using IDisposable beat = RosBench.Every(
            50, i => server.Publish(1, i, RosBench.Cdr(camera, 1_000_000_000 + (i * 50_000_000), pixels)));
        using var sensor = new FoxgloveSensor(
            camera, RosBench.Options(server.Url, "/camera"));
        using var run = new SensorRun(sensor, 4);

        run.WaitFor(2);
        run.Stop();

        Assert.True(run.Ring.Payload(run.Ring.Published - 1).SequenceEqual(pixels));
    }

    [Fact]
    public void A_message_above_the_limit_is_refused()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(7, RosBench.Topic, JointState);
        using IDisposable beat = RosBench.Every(20, i => server.Publish(7, i, new byte[300_000]));
        using var sensor = new FoxgloveSensor(
            Arm, RosBench.Options(server.Url) with { MaxMessageBytes = 200_000 });
        using var run = new SensorRun(sensor);

        Assert.Contains("sends a message of more than", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_messages_are_counted_and_the_next_good_one_owns_up_to_the_gap()
    {
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(7, RosBench.Topic, JointState);
        using var sensor = new FoxgloveSensor(Arm, RosBench.Options(server.Url));
        using IDisposable beat = RosBench.Every(5, i => server.Publish(
            7, i,
            i % 2 == 0 ? Good(i) : i % 4 == 1 ? [1, 2, 3] : RosBench.Cdr(Arm, Stamp(i), 1, float.NaN, 3, 4, 5, 6)));
        using var run = new SensorRun(sensor);

        run.WaitFor(10);
        run.Stop();

        Assert.InRange(sensor.Bad, 8, 12);
        Assert.Equal(SampleFlags.Gap, run.Ring.Header(5).Flags);
        Assert.Equal(sensor.Received, sensor.Bad + sensor.Foreign + sensor.Repeated + run.Ring.Published);
    }

    [Fact]
    public void Other_publishers_of_the_topic_do_not_disturb()
    {
        SensorInfo gripper = RosBench.Info(new VectorLayout(["q_finger"], ["rad"]));
        using var server = new FoxgloveServer(Loopback.FreePort());
        server.Advertise(7, RosBench.Topic, JointState);
        using var sensor = new FoxgloveSensor(Arm, RosBench.Options(server.Url));
        using IDisposable beat = RosBench.Every(
            5, i => server.Publish(7, i, i % 2 == 0 ? Good(i) : RosBench.Cdr(gripper, Stamp(i), 0.5f)));
        using var run = new SensorRun(sensor);

        run.WaitFor(10);
        run.Stop();

        Assert.InRange(sensor.Foreign, 8, 12);
        Assert.Equal(0, sensor.Bad);
        Assert.Equal(SampleFlags.None, run.Ring.Header(5).Flags);
    }

    [Fact]
    public void A_bridge_that_is_not_there_says_what_to_check_a_thousand_times_without_a_leak()
    {
        using var sensor = new FoxgloveSensor(Arm, RosBench.Options("ws://127.0.0.1:1"));
        using (var run = new SensorRun(sensor))
        {
            Assert.Contains("is the bridge running", run.WaitForFailure(), StringComparison.Ordinal);
        }

        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int i = 0; i < 1_000; i++)
        {
            using var run = new SensorRun(sensor, 4);
            run.WaitForFailure();
        }

        // Other tests of this process open and close theirs meanwhile; a leak would be a thousand.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 300);
    }

    private static string Failure(FoxgloveServer server, string topic)
    {
        using var sensor = new FoxgloveSensor(Arm, RosBench.Options(server.Url, topic));
        using var run = new SensorRun(sensor);
        return run.WaitForFailure();
    }

    private static IDisposable Publish(FoxgloveServer server, long channel) =>
        RosBench.Every(5, i => server.Publish(channel, i, Good(i)));

    private static long Stamp(long i) => 1_700_000_000_000_000_000 + (i * 5_000_000);

    private static byte[] Good(long i) => RosBench.Cdr(Arm, Stamp(i), 1, 2, 3, 4, 5, 6);
}

public sealed class FoxgloveContractTests : LiveSensorContract, IDisposable
{
    private static readonly SensorInfo Arm = RosBench.Info(RosBench.Joints, 200);
    private readonly FoxgloveServer _server = new(Loopback.FreePort());
    private readonly IDisposable _beat;

    public FoxgloveContractTests()
    {
        _server.Advertise(7, RosBench.Topic, "sensor_msgs/msg/JointState");
        _beat = RosBench.Every(
            5, i => _server.Publish(7, i, RosBench.Cdr(Arm, 1_000_000_000 + (i * 5_000_000), 1, 2, 3, 4, 5, 6)));
    }

    public void Dispose()
    {
        _beat.Dispose();
        _server.Dispose();
    }

    protected override ISensor Create() => new FoxgloveSensor(Arm, RosBench.Options(_server.Url));
}
