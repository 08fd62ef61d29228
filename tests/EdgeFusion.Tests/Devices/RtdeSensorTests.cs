using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Devices;

/// <summary>RTDE against a simulated controller: one connection, several sensors, a handshake after each opening.
/// </summary>
public sealed class RtdeSensorTests
{
    private readonly PipelineClock _clock = new(TimeProvider.System);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(7, 3)]
    public void Joints_and_wrench_come_over_one_connection_however_it_is_cut(int chunk, int messageEvery)
    {
        using var robot = new RtdeController(_clock) { ChunkBytes = chunk, MessageEvery = messageEvery };
        using var thread = new DeviceThread(robot);
        StreamDevice device = Device(robot, 125);
        using var joints = new SensorRun(device.Sensor("arm", 0));
        using var wrench = new SensorRun(device.Sensor("tcp", 1));
        joints.WaitFor(60);
        wrench.WaitFor(60);

        // The one that reads goes first, or last: the other goes on with the same connection.
        joints.Stop();
        long before = wrench.Ring.Published;
        wrench.WaitFor(before + 30);
        wrench.Stop();

        Assert.Equal(1, robot.Clients);
        Assert.Equal((0, 0), (device.Health.Frames.ResyncBytes, device.Health.Lost));
        Assert.Equal(0, joints.Gate.RejectedCount + wrench.Gate.RejectedCount);
    }

    [Fact]
    public void Nothing_but_the_handshake_is_written()
    {
        using var robot = new RtdeController(_clock);
        using var thread = new DeviceThread(robot);
        using var run = new SensorRun(Device(robot, 125).Sensor("arm"));
        run.WaitFor(20);
        run.Stop();

        string outputs = Convert.ToHexString(RtdePackets.RequestOutputs(
            125, ["timestamp", "actual_q", "actual_qd", "actual_TCP_force", "actual_TCP_pose"]));
        Assert.Equal(
            Golden.RtdeVersion2 + Golden.RtdeControllerVersion + outputs + Golden.RtdeStart,
            Convert.ToHexString(robot.Received));
    }

    [Fact]
    public void A_dropped_connection_ends_both_sensors_and_the_whole_handshake_is_done_again()
    {
        using var robot = new RtdeController(_clock);
        using var thread = new DeviceThread(robot);
        StreamDevice device = Device(robot, 125);
        ISensor arm = device.Sensor("arm", 0);
        ISensor tcp = device.Sensor("tcp", 1);
        using (var joints = new SensorRun(arm))
        using (var wrench = new SensorRun(tcp))
        {
            joints.WaitFor(10);
            wrench.WaitFor(10);
            robot.DropClient = true;
            Assert.Contains("closed the connection", joints.WaitForFailure(), StringComparison.Ordinal);
            Assert.Contains("closed the connection", wrench.WaitForFailure(), StringComparison.Ordinal);
        }

        using var again = new SensorRun(tcp);
        again.WaitFor(10);
        again.Stop();

        Assert.Equal(2, robot.Clients);
    }

    [Fact]
    public void A_half_open_connection_is_noticed()
    {
        using var robot = new RtdeController(_clock);
        using var thread = new DeviceThread(robot);
        using var run = new SensorRun(Device(robot, 125).Sensor("arm"));
        run.WaitFor(10);

        robot.Silent = true;

        Assert.Contains("has been silent for 0.5 s", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_controller_and_an_unknown_field_are_sentences()
    {
        using var robot = new RtdeController(_clock) { Major = 3, Unknown = "target_moment" };
        using var thread = new DeviceThread(robot);
        var endpoint = new TcpEndpoint("127.0.0.1", robot.Port);
        using var fast = new SensorRun(RobotDevices.UniversalRobots(endpoint, new RtdeOptions()).Sensor("arm"));
        Assert.Contains("Set RateHz to 125", fast.WaitForFailure(), StringComparison.Ordinal);

        var options = new RtdeOptions { RateHz = 125, Torques = true };
        using var torques = new SensorRun(RobotDevices.UniversalRobots(endpoint, options).Sensor("arm"));
        Assert.Contains("does not send target_moment (NOT_FOUND)", torques.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_robot_that_is_off_is_a_sentence()
    {
        StreamDevice device = RobotDevices.UniversalRobots(new TcpEndpoint("127.0.0.1", 9), new RtdeOptions());
        using var run = new SensorRun(device.Sensor("arm"));

        Assert.Contains("Cannot connect to 127.0.0.1:9: nothing listens there", run.WaitForFailure(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sensors_of_the_same_output_are_refused()
    {
        using var robot = new RtdeController(_clock);
        using var thread = new DeviceThread(robot);
        StreamDevice device = Device(robot, 125);
        using var first = new SensorRun(device.Sensor("arm"));
        first.WaitFor(3);
        using var second = new SensorRun(device.Sensor("arm2"));

        Assert.Contains("Two sensors take the same stream", second.WaitForFailure(), StringComparison.Ordinal);
        first.Stop();
    }

    private static StreamDevice Device(RtdeController robot, double rateHz) => RobotDevices.UniversalRobots(
        new TcpEndpoint("127.0.0.1", robot.Port), new RtdeOptions { RateHz = rateHz });
}
