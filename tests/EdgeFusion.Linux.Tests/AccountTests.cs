using EdgeFusion.Linux.Media;
using EdgeFusion.Linux.Tests.Media;
using EdgeFusion.Linux.Tests.Serial;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests;

/// <summary>Captured = used + dropped by reason, on lines and media of this machine.</summary>
public sealed class AccountTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rounds_of_a_servo_bus_add_up_although_answers_are_damaged_and_the_bus_is_unplugged(bool unplug)
    {
        using var bench = new DeviceBench<ServoBusDevice>(
            (line, clock) => new ServoBusDevice(line, clock, dynamixel: true, [1, 2]) { DamageEvery = 7 });
        using var sensor = new ServoBusSensor("arm", bench.Endpoint(1_000_000), new ServoBusOptions
        {
            Family = ServoFamily.Dynamixel,
            Joints = [new("pan", 1), new("lift", 2)],
            RateHz = 100,
        });
        using var run = new SensorRun(sensor);
        run.WaitFor(60, 60);
        if (unplug)
        {
            bench.Dispose();
            run.WaitForFailure();
        }
        else
        {
            run.Stop();
        }

        SensorAccount account = Account(sensor, run);
        Assert.True(account.Captured >= 60);
        Assert.Equal(0, account.Unaccounted);
    }

    [NeedsElementFact("audiotestsrc")]
    public void Blocks_of_large_audio_buffers_add_up()
    {
        using GStreamerSensor sensor = MediaBench.Custom(
            MediaBench.Microphone(),
            "audiotestsrc is-live=true samplesperbuffer=1000 ! audio/x-raw,format=F32LE,rate=16000,channels=1");
        using var run = new SensorRun(sensor);
        run.WaitFor(60, 60);
        run.Stop();

        SensorAccount account = Account(sensor, run);
        Assert.Equal(0, account.Unaccounted);
        Assert.True(account.Captured > 5 * sensor.Received);
    }

    [NeedsElementFact("videotestsrc")]
    public void Frames_of_a_camera_that_is_too_fast_add_up()
    {
        using GStreamerSensor sensor = MediaBench.Custom(
            MediaBench.Camera(64, 48, 20),
            "videotestsrc is-live=true ! video/x-raw,format=RGB,width=64,height=48,framerate=60/1");
        using var run = new SensorRun(sensor);
        run.WaitFor(30, 60);
        run.Stop();

        SensorAccount account = Account(sensor, run);
        Assert.Equal(0, account.Unaccounted);
        Assert.Contains(account.Reasons, reason => reason.Name == "buffers_skipped");
    }

    private static SensorAccount Account(ISensor sensor, SensorRun run) => SensorAccount.Of(
        sensor.Info.Name, ((ICountingSensor)sensor).Counters, run.Gate, run.Ring.Published);
}
