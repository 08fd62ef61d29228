using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Datagrams;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Tests.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Sensing;

/// <summary>Captured = used + dropped by reason, exactly, whatever happens to the device.</summary>
public sealed class SensorAccountTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly PipelineClock _clock = new(TimeProvider.System);

    [Fact]
    public void What_never_came_in_is_captured_and_dropped_and_facts_count_for_nothing()
    {
        SensorAccount account = SensorAccount.Of(
            "wrist",
            [
                new("frames", 100, CounterRole.Captured), new("more", 5, CounterRole.Captured),
                new("bad", 3, CounterRole.Dropped), new("lost", 7, CounterRole.Lost),
                new("never", 0, CounterRole.Dropped), new("bytes", 9_999),
            ],
            Gate(), 101);

        Assert.Equal((112, 101, 10, 1), (account.Captured, account.Used, account.Dropped, account.Unaccounted));
        Assert.Equal("wrist: captured 112 = used 101 + dropped 10 (bad 3, lost 7)", account.ToString());
    }

    [Fact]
    public void A_sensor_without_counters_is_counted_at_the_gate()
    {
        SampleGate gate = Gate();
        gate.Check(_clock.Now, _clock.Now, new byte[24]);
        gate.Check(_clock.Now, _clock.Now, new byte[23]);

        SensorAccount account = SensorAccount.Of("wrist", null, gate, 1);

        Assert.Equal("wrist: captured 2 = used 1 + dropped 1 (bad_length 1)", account.ToString());
        Assert.Equal(0, account.Unaccounted);
    }

    [Fact]
    public void Damaged_lines_of_a_stream_are_told_exactly()
    {
        const int Good = 40;
        const int Damaged = 7;
        var line = new ScriptedLine();
        using SensorHost host = Host(new StreamDevice(new TextProtocol(ProtocolCase.Csv), line).Sensor("wrist"));
        line.Put("0,0,0\n"u8.ToArray());
        for (int i = 0; i < Good; i++)
        {
            line.Put(System.Text.Encoding.ASCII.GetBytes($"{i},1.5,-2,3\n"));
            if (i < Damaged)
            {
                line.Put("what?\n"u8.ToArray());
            }
        }

        host.Start();
        WaitUntil(() => host.Device!.Frames.FramesOk == Good + Damaged);
        host.Dispose();

        SensorAccount account = host.Account;
        Assert.Equal((Good + Damaged, 0), (account.Captured, account.Unaccounted));
        Assert.Equal(Damaged, Assert.Single(account.Reasons, reason => reason.Name == "damaged").Value);
    }

    [Fact]
    public void Two_sensors_of_a_robot_that_drops_its_connection_both_add_up()
    {
        using var robot = new RtdeController(_clock) { MessageEvery = 3 };
        using var thread = new DeviceThread(robot);
        StreamDevice device = RobotDevices.UniversalRobots(
            new TcpEndpoint("127.0.0.1", robot.Port), new RtdeOptions { RateHz = 500 });
        using SensorHost joints = Host(device.Sensor("arm", 0));
        using SensorHost wrench = Host(device.Sensor("tcp", 1, tare: TimeSpan.FromMilliseconds(50)));
        joints.Start();
        wrench.Start();
        for (int i = 1; i <= 3; i++)
        {
            (long before, long beforeWrench) = (joints.Ring.Published, wrench.Ring.Published);
            WaitUntil(() => joints.Ring.Published > before + 50 && wrench.Ring.Published > beforeWrench + 50);
            robot.DropClient = true;
            WaitUntil(() => robot.Clients == i + 1);
        }

        joints.Dispose();
        wrench.Dispose();

        Assert.True(joints.Account.Captured > 150);
        Assert.Equal(0, joints.Account.Unaccounted);
        Assert.Equal(0, wrench.Account.Unaccounted);
        Assert.Equal(25, Assert.Single(wrench.Account.Reasons, reason => reason.Name == "tare").Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Records_that_are_lost_doubled_or_averaged_add_up_to_what_the_box_sent(int average)
    {
        using var box = new RdtBox(_clock, 1_000)
        {
            Tamper = (sequence, _) => (sequence % 10) switch { 3 => 0, 6 => 2, _ => 1 },
        };
        using var thread = new DeviceThread(box);
        using SensorHost host = Host(new RdtSensor("wrist", new RdtOptions
        {
            Host = "127.0.0.1",
            Port = box.Port,
            HttpPort = box.HttpPort,
            RateHz = 1_000,
            Average = average,
        }));
        host.Start();
        WaitUntil(() => host.Device!.Lost >= 50);
        host.Dispose();

        SensorAccount account = host.Account;
        Assert.Equal(0, account.Unaccounted);
        Assert.Equal(host.Device!.Frames.FramesOk + host.Device.Lost, account.Captured);
        Assert.Equal(average > 1, account.Reasons.Any(reason => reason.Name == "averaged"));
    }

    private static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience));

    private static SampleGate Gate() =>
        new(Info(), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(5));

    private static SensorInfo Info() => new()
    {
        Name = "wrist",
        Modality = Layouts.Force,
        Layout = Layouts.Wrench,
        RateHz = 100,
    };

    private SensorHost Host(ISensor sensor) => new(
        sensor, new SensorRing(sensor.Info, 1_024), TimeSpan.FromSeconds(10), new SensorHostOptions(), _clock,
        NullObserver.Instance);
}
