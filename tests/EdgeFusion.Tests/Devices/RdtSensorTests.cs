using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Devices.Datagrams;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Devices;

/// <summary>RDT over UDP against a simulated box; the cases are those of netft-cpp's recovery tests.</summary>
public sealed class RdtSensorTests : LiveSensorContract
{
    private readonly PipelineClock _clock = new(TimeProvider.System);

    [Fact]
    public void Calibration_is_asked_for_and_a_lost_start_is_repeated()
    {
        using var box = new RdtBox(_clock, 1_000) { LoseStarts = 3, ForceUnit = "lbf" };
        using var thread = new DeviceThread(box);
        var sensor = new RdtSensor("wrist", Options(box));
        using var run = new SensorRun(sensor);
        run.WaitFor(100);
        run.Stop();

        // 10 lbf at most on the forces.
        Assert.True(Largest(run) is > 10.1f and < 44.6f, $"{Largest(run)}");
        WaitUntil(() => box.Requests is [.., Golden.RdtStop]);
        Assert.Equal([.. Enumerable.Repeat(Golden.RdtStart, 4), Golden.RdtStop], box.Requests);
    }

    [Fact]
    public void Gaps_duplicates_and_records_out_of_order_across_a_wrap_are_told_apart_and_add_up()
    {
        using var box = new RdtBox(_clock, 1_000) { FirstSequence = uint.MaxValue - 100, Tamper = Tamper };
        using var thread = new DeviceThread(box);
        var sensor = new RdtSensor("wrist", Options(box));
        using var run = new SensorRun(sensor, 8_192);
        run.WaitFor(900);
        run.Stop();

        // Of ten: one lost, one doubled, two swapped; of those the late one is missed first and comes too late then.
        Assert.InRange(sensor.Health.Lost, 160, 270);
        Assert.InRange(sensor.Health.Duplicates, 160, 270);
        Assert.Equal(
            sensor.Health.Frames.FramesOk,
            run.Gate.RejectedCount + run.Ring.Published + sensor.Health.Duplicates + sensor.Health.Invalid);
        Assert.Equal(0, sensor.Health.ClockResets);
    }

    [Fact]
    public void A_box_that_counts_afresh_in_the_stream_is_followed_and_the_break_is_flagged()
    {
        const uint Reboot = 300;
        using var box = new RdtBox(_clock, 1_000)
        {
            FirstSequence = 1,
            Tamper = (sequence, record) =>
            {
                if (sequence >= Reboot)
                {
                    BinaryPrimitives.WriteUInt32BigEndian(record, sequence - Reboot);
                    BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(4), (sequence - Reboot) * 7);
                }

                return 1;
            },
        };
        using var thread = new DeviceThread(box);
        var sensor = new RdtSensor("wrist", Options(box));
        using var run = new SensorRun(sensor, 4_096);
        run.WaitFor(900);
        run.Stop();

        // The first low number could as well be a late datagram: it is kept out, the second is believed.
        Assert.Equal(1, sensor.Health.Duplicates);
        Assert.Equal(0, run.Gate.RejectedCount);
        long gaps = 0;
        for (long i = run.Ring.Oldest; i < run.Ring.Published; i++)
        {
            gaps += (run.Ring.Header(i).Flags & SampleFlags.Gap) == 0 ? 0 : 1;
        }

        Assert.InRange(gaps, 1, 1 + sensor.Health.Lost);
    }

    [Fact]
    public void A_sensor_whose_loop_has_stopped_is_told()
    {
        using var box = new RdtBox(_clock, 1_000) { Stalled = true };
        using var thread = new DeviceThread(box);
        using var run = new SensorRun(new RdtSensor("wrist", Options(box)));

        Assert.Contains("repeats its last measurement", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_box_that_falls_silent_is_told_within_a_tenth_of_a_second()
    {
        bool mute = false;
        using var box = new RdtBox(_clock, 1_000) { Tamper = (_, _) => Volatile.Read(ref mute) ? 0 : 1 };
        using var thread = new DeviceThread(box);
        using var run = new SensorRun(new RdtSensor("wrist", Options(box)));
        run.WaitFor(50);

        Volatile.Write(ref mute, true);

        Assert.Contains("has been silent for 0.1 s", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Seven_kilohertz_come_without_loss()
    {
        using var box = new RdtBox(_clock, 7_000);
        using var thread = new DeviceThread(box);
        var sensor = new RdtSensor("wrist", Options(box) with { RateHz = 7_000, Average = 7 });
        using var run = new SensorRun(sensor, 4_096);
        run.WaitFor(1_500);
        run.Stop();

        Assert.Equal((0, 0), (sensor.Health.Lost, sensor.Health.Frames.CrcBad));
        Assert.Equal(0, run.Gate.RejectedCount);
    }

    [Fact]
    public void OnRobot_is_set_up_by_its_own_commands()
    {
        using var box = new RdtBox(_clock, 500);
        using var thread = new DeviceThread(box);
        using var run = new SensorRun(new RdtSensor("wrist", Options(box) with { RateHz = 500, OnRobot = true }));
        run.WaitFor(10);
        run.Stop();

        Assert.Equal([Golden.OnRobotPeriod, Golden.OnRobotFilter, Golden.RdtStart], box.Requests[..3]);
    }

    [Fact]
    public void A_box_that_does_not_answer_is_a_sentence()
    {
        var options = new RdtOptions
        {
            Host = "127.0.0.1",
            Port = 9,
            CountsPerNewton = 1,
            CountsPerNewtonMetre = 1,
        };
        using var run = new SensorRun(new RdtSensor("wrist", options));

        Assert.Contains("127.0.0.1:9", run.WaitForFailure(), StringComparison.Ordinal);
    }

    protected override ISensor Create()
    {
        var box = new RdtBox(_clock, 1_000);
        return new WithDevice(new RdtSensor("wrist", Options(box)), new DeviceThread(box));
    }

    private static RdtOptions Options(RdtBox box) =>
        new() { Host = "127.0.0.1", Port = box.Port, HttpPort = box.HttpPort, RateHz = 1_000 };

    private static int Tamper(uint sequence, byte[] record)
    {
        switch (sequence % 10)
        {
            case 3:
                return 0;
            case 5:
                return 2;
            case 7:
                BinaryPrimitives.WriteUInt32BigEndian(record, sequence + 1);
                return 1;
            case 8:
                BinaryPrimitives.WriteUInt32BigEndian(record, sequence - 1);
                return 1;
            default:
                return 1;
        }
    }

    private static float Largest(SensorRun run)
    {
        float largest = 0;
        for (long i = run.Ring.Oldest; i < run.Ring.Published; i++)
        {
            float[] wrench = MemoryMarshal.Cast<byte, float>(run.Ring.Payload(i)).ToArray();
            largest = Math.Max(largest, wrench[..3].Max(Math.Abs));
        }

        return largest;
    }

    private static void WaitUntil(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)), "it did not happen");

    private sealed class WithDevice(ISensor sensor, IDisposable device) : ISensor
    {
        public SensorInfo Info => sensor.Info;

        public void Capture(SampleSink sink, CancellationToken stopping) => sensor.Capture(sink, stopping);

        public void Dispose() => device.Dispose();
    }
}
