using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Linux.Serial;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Serial;

/// <summary>What goes wrong on real lines, on pseudo-terminals.</summary>
public sealed class SerialFaultTests
{
    private const double Patience = 20;

    [Fact]
    public void Robotiq_starts_although_start_commands_are_lost_and_nothing_but_start_and_stop_is_written()
    {
        using var bench = new DeviceBench<RobotiqDevice>(
            (line, clock) => new RobotiqDevice(line, clock) { DeafTo = 2 });
        ISensor sensor = ForceDevices.Robotiq(bench.Endpoint(19_200)).Sensor("wrist");
        using (var run = new SensorRun(sensor))
        {
            run.WaitFor(20);
            run.Stop();
        }

        WaitUntil(() => !bench.Device.Streaming);
        string start = "0910019A0001020200CDCA";
        string written = Convert.ToHexString(bench.Device.Received);
        Assert.Equal(start + start + start + new string('F', 100), written);
    }

    [Fact]
    public void Robotiq_is_started_again_after_80_ms_of_silence_and_given_up_after_a_second()
    {
        using var bench = new DeviceBench<RobotiqDevice>((line, clock) => new RobotiqDevice(line, clock));
        ISensor sensor = ForceDevices.Robotiq(bench.Endpoint(19_200)).Sensor("wrist");
        using var run = new SensorRun(sensor);
        run.WaitFor(5);

        bench.Device.Muted = true;
        string fault = run.WaitForFailure();

        Assert.Contains("a Robotiq FT 300 has been silent for 1 s", fault, StringComparison.Ordinal);
        int starts = Convert.ToHexString(bench.Device.Received).Split("0910019A0001020200CDCA").Length - 1;
        Assert.InRange(starts, 6, 14);
    }

    [Fact]
    public void Values_come_through_in_si_units()
    {
        using var bench = new DeviceBench<BotaDevice>((line, clock) => new BotaDevice(line, clock, 500));
        ISensor sensor = ForceDevices.Bota(bench.Endpoint(460_800), 500).Sensor("wrist");
        using var run = new SensorRun(sensor);
        run.WaitFor(200);
        run.Stop();

        float[] first = Values(run.Ring, run.Ring.Published - 1);
        Assert.Equal(6, first.Length);
        Assert.True(Array.TrueForAll(first[..3], value => Math.Abs(value) <= 10.01f));
        Assert.True(Array.TrueForAll(first[3..], value => Math.Abs(value) <= 0.501f));
        DeviceHealth health = ((IDeviceSensor)sensor).Health;
        Assert.Equal((0, 0), (health.Frames.CrcBad, health.Lost));
    }

    [Fact]
    public void Another_device_on_the_line_is_told()
    {
        using var text = new DeviceBench<TextDevice>((line, clock) => new TextDevice(line, clock, 100));

        using var bota = new SensorRun(ForceDevices.Bota(text.Endpoint(460_800), 100).Sensor("wrist"));
        string fault = bota.WaitForFailure();

        Assert.Contains("no usable frame of a Bota force sensor: the baud rate is wrong, or another device", fault,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Bursts_of_16_ms_are_spread_over_the_time_of_their_samples()
    {
        using var bench = new DeviceBench<BotaDevice>(
            (line, clock) => new BotaDevice(line, clock, 1_000) { Burst = TimeSpan.FromMilliseconds(16) });
        ISensor sensor = ForceDevices.Bota(bench.Endpoint(460_800), 1_000).Sensor("wrist");
        using var run = new SensorRun(sensor, 4_096);
        run.WaitFor(3_000);
        run.Stop();

        double squares = 0;
        long count = 0;
        for (long i = run.Ring.Published - 1_000; i < run.Ring.Published; i++)
        {
            double step = run.Ring.Header(i).Capture.NanosecondsSince(run.Ring.Header(i - 1).Capture) / 1e6;
            squares += (step - 1) * (step - 1);
            count++;
        }

        Assert.InRange(Math.Sqrt(squares / count), 0, 0.5);
        Assert.Equal(0, run.Gate.RejectedCount);
    }

    [Fact]
    public void A_hundred_replugs_bring_data_within_two_seconds_each_and_leak_nothing()
    {
        string link = Path.Combine(Path.GetTempPath(), $"edgefusion-replug-{Environment.ProcessId}");
        var endpoint = new SerialEndpoint(new SerialOptions { Device = link, BaudRate = 460_800 });
        ISensor sensor = ForceDevices.Bota(endpoint, 1_000).Sensor("wrist");
        var ring = new SensorRing(sensor.Info, 4_096);
        using var host = new SensorHost(
            sensor, ring, TimeSpan.FromSeconds(10), new SensorHostOptions
            {
                FirstBackoff = TimeSpan.FromMilliseconds(10),
                LongestBackoff = TimeSpan.FromMilliseconds(50),
            },
            new PipelineClock(TimeProvider.System), new SilentObserver());
        host.Start();
        int descriptors = 0;
        long longest = 0;
        for (int i = 0; i < 100; i++)
        {
            using (new DeviceBench<BotaDevice>((line, clock) => new BotaDevice(line, clock, 1_000), link))
            {
                long plugged = Environment.TickCount64;
                long before = ring.Published;
                WaitUntil(() => ring.Published > before + 5);
                longest = Math.Max(longest, Environment.TickCount64 - plugged);
            }

            descriptors = i == 10 ? SerialPortTests.OpenDescriptors() : descriptors;
        }

        Assert.InRange(longest, 0, 2_000);
        // Other tests of this process open and close theirs meanwhile; a leak would be ninety.
        Assert.InRange(SerialPortTests.OpenDescriptors() - descriptors, -1_000, 60);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_damaged_answer_costs_at_most_one_sample_and_only_reads_are_sent(bool dynamixel, bool fast)
    {
        (ISensor sensor, ServoBusDevice bus, ServoBusSensor inner) =
            ServoSensors.Create(dynamixel, echo: true, fast);
        using (sensor)
        {
            bus.DamageEvery = 7;
            using var run = new SensorRun(sensor);
            run.WaitFor(150, Patience);
            run.Stop();

            Assert.True(inner.Health.Frames.CrcBad > 0);
            Assert.Subset(new HashSet<byte> { 0x82, 0x8A }, bus.Instructions.ToHashSet());
            float[] joints = Values(run.Ring, run.Ring.Published - 1);
            Assert.Equal(6, joints.Length);
            Assert.True(Array.TrueForAll(joints[..3], q => Math.Abs(q) < 0.81f));
        }
    }

    [Fact]
    public void A_servo_that_is_missing_is_named()
    {
        (ISensor sensor, _, _) = ServoSensors.Create(dynamixel: false, lastId: 9);
        using (sensor)
        {
            using var run = new SensorRun(sensor);

            Assert.Contains("a Feetech bus does not answer: joint grip, id 9", run.WaitForFailure(),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_that_vanishes_ends_the_capture_at_once()
    {
        var bench = new DeviceBench<BotaDevice>((line, clock) => new BotaDevice(line, clock, 100));
        ISensor sensor = ForceDevices.Bota(bench.Endpoint(460_800), 100).Sensor("wrist");
        using var run = new SensorRun(sensor);
        run.WaitFor(3);

        bench.Dispose();

        Assert.Contains("is gone", run.WaitForFailure(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tare_takes_the_first_load_off()
    {
        using var bench = new DeviceBench<TextDevice>((line, clock) => new TextDevice(line, clock, 200));
        var options = new TextOptions { Fields = [new("t", "0", "1")], RateHz = 200 };
        ISensor sensor = ForceDevices.Text(bench.Endpoint(115_200), options)
            .Sensor("t", tare: TimeSpan.FromMilliseconds(200));
        using var run = new SensorRun(sensor);
        run.WaitFor(10);
        run.Stop();

        // The board's microseconds: after 200 ms of averaging, about 100 ms above their mean.
        Assert.InRange(Values(run.Ring, 0)[0], 80_000, 130_000);
    }

    private static float[] Values(SensorRing ring, long sequence) =>
        MemoryMarshal.Cast<byte, float>(ring.Payload(sequence)).ToArray();

    private static void WaitUntil(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(Patience)), "it did not happen");

    private sealed class SilentObserver : IPipelineObserver
    {
        public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason)
        {
        }

        public void SkippingChanged(bool skipping, long skippedSoFar)
        {
        }

        public void EngineChanged(string? failure)
        {
        }

        public void SinkChanged(string sink, string? problem)
        {
        }
    }
}
