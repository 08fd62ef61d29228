using EdgeFusion.Linux.Serial;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Imu;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Tests.Serial;

/// <summary>Every byte that is ever written to a device on a serial line: its documented start and stop, or none.
/// </summary>
public sealed class WrittenBytesTests
{
    private const string KunweiStart = "48AA0D0A";
    private const string KunweiStop = "43AA0D0A";

    [Fact]
    public void Nothing_is_written_to_devices_that_stream_by_themselves()
    {
        Assert.Empty(Written(
            (line, clock) => new BotaDevice(line, clock, 500), line => ForceDevices.Bota(line, 500).Sensor("a")));
        Assert.Empty(Written(
            (line, clock) => new WitMotionDevice(line, clock, 100),
            line => ImuDevices.WitMotion(line, 100).Sensor("a")));
        Assert.Empty(Written(
            (line, clock) => new TextDevice(line, clock, 100),
            line => ForceDevices.Text(line, new TextOptions { Fields = [new("fx", "1", "N")] }).Sensor("a")));
    }

    [Fact]
    public void Kunwei_gets_its_start_and_its_stop()
    {
        string written = Written(
            (line, clock) => new KunweiDevice(line, clock, 500),
            line => ForceDevices.Kunwei(line, 500, 2_000).Sensor("a"));

        Assert.EndsWith(KunweiStop, written, StringComparison.Ordinal);
        Assert.Empty(written[..^KunweiStop.Length].Replace(KunweiStart, "", StringComparison.Ordinal));
    }

    [Fact]
    public void OptoForce_gets_its_configuration()
    {
        var options = new OptoForceOptions { CountsPerNewton = 100, CountsPerNewtonMetre = 2_000 };

        string written = Written(
            (line, clock) => new OptoForceDevice(line, clock, 100),
            line => ForceDevices.OptoForce(line, options).Sensor("a"));

        Assert.Equal("AA0032030A040000ED", written);
    }

    private static string Written<TDevice>(
        Func<IByteChannel, PipelineClock, TDevice> create,
        Func<SerialEndpoint, ISensor> sensor)
        where TDevice : StreamingDevice
    {
        using var bench = new DeviceBench<TDevice>(create);
        using (var run = new SensorRun(sensor(bench.Endpoint(460_800))))
        {
            run.WaitFor(20);
            run.Stop();
        }

        // What was written last is read at the device's next turn: after two more there is nothing left.
        long turn = bench.Device.Turns;
        Assert.True(SpinWait.SpinUntil(() => bench.Device.Turns > turn + 2, TimeSpan.FromSeconds(10)));
        return Convert.ToHexString(bench.Device.Received);
    }
}
