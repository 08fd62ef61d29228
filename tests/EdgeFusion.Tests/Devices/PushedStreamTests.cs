using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Datagrams;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Devices;

/// <summary>Devices that push: Schunk FTN and xArm's report port.</summary>
public sealed class PushedStreamTests
{
    private readonly PipelineClock _clock = new(TimeProvider.System);

    [Fact]
    public void Schunk_streams_is_stopped_and_survives_the_loss_of_its_control_connection()
    {
        int port = FreePort();
        var device = new SchunkFtn(_clock, port);
        using var thread = new DeviceThread(device);
        var sensor = new SchunkSensor("wrist", Options(device, port) with { Tare = true });
        using (var run = new SensorRun(sensor))
        {
            run.WaitFor(100);
            device.DropControl = true;
            long before = run.Ring.Published;
            run.WaitFor(before + 200);
            run.Stop();
        }

        Assert.Equal([0x40, 0x12], device.Commands);
        using var again = new SensorRun(sensor);
        again.WaitFor(20);
        again.Stop();
        Assert.True(SpinWait.SpinUntil(() => device.Commands.Length == 4, TimeSpan.FromSeconds(10)));

        // The zero is found once: a load that hangs on the tool at a reconnect must not become it.
        Assert.Equal([0x40, 0x12, 0x40, 0x41], device.Commands);
    }

    [Fact]
    public void Schunk_says_when_data_stop_and_when_a_command_is_refused()
    {
        int port = FreePort();
        var device = new SchunkFtn(_clock, port);
        using var thread = new DeviceThread(device);
        using (var run = new SensorRun(new SchunkSensor("wrist", Options(device, port))))
        {
            run.WaitFor(20);
            device.Muted = true;
            Assert.Contains("has been silent for 0.1 s", run.WaitForFailure(), StringComparison.Ordinal);
        }

        device.Error = 3;
        using var refused = new SensorRun(new SchunkSensor("wrist", Options(device, port)));
        Assert.Contains("refuses command 0x40 with error 3", refused.WaitForFailure(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void XArm_delivers_joints_and_wrench_in_either_byte_order(bool littleEndian)
    {
        var arm = new XArmReporter(_clock) { LittleEndian = littleEndian };
        using var thread = new DeviceThread(arm);
        StreamDevice device = RobotDevices.XArm(new TcpEndpoint("127.0.0.1", arm.Port), filteredForce: true);
        using var joints = new SensorRun(device.Sensor("arm", 0));
        using var wrench = new SensorRun(device.Sensor("tcp", 1));
        joints.WaitFor(40);
        wrench.WaitFor(40);
        joints.Stop();
        wrench.Stop();

        float[] q = MemoryMarshal.Cast<byte, float>(joints.Ring.Payload(30)).ToArray();
        Assert.True(q.Length == 21 && Array.TrueForAll(q[..7], angle => Math.Abs(angle) < 0.81f));
        Assert.Equal(1, q[20]);
        Assert.Equal((0, 0), (device.Health.Lost, device.Health.ClockResets));
    }

    private static SchunkOptions Options(SchunkFtn device, int port) =>
        new() { Host = "127.0.0.1", ControlPort = device.ControlPort, DataPort = port };

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
