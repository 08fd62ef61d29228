using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Imu;
using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Simulator.Devices;
using EdgeFusion.Testing.Sensing;

namespace EdgeFusion.Linux.Tests.Serial;

public sealed class RobotiqContractTests : LiveSensorContract
{
    protected override ISensor Create()
    {
        var bench = new DeviceBench<RobotiqDevice>((line, clock) => new RobotiqDevice(line, clock));
        return new BenchSensor(ForceDevices.Robotiq(bench.Endpoint(19_200)).Sensor("wrist"), bench);
    }
}

public sealed class BotaContractTests : LiveSensorContract
{
    protected override ISensor Create()
    {
        var bench = new DeviceBench<BotaDevice>((line, clock) => new BotaDevice(line, clock, 800));
        return new BenchSensor(ForceDevices.Bota(bench.Endpoint(460_800), 800).Sensor("wrist"), bench);
    }
}

public sealed class KunweiContractTests : LiveSensorContract
{
    protected override ISensor Create()
    {
        var bench = new DeviceBench<KunweiDevice>((line, clock) => new KunweiDevice(line, clock, 500));
        return new BenchSensor(ForceDevices.Kunwei(bench.Endpoint(460_800), 500, 2_000).Sensor("wrist"), bench);
    }
}

public sealed class OptoForceContractTests : LiveSensorContract
{
    protected override ISensor Create()
    {
        var bench = new DeviceBench<OptoForceDevice>((line, clock) => new OptoForceDevice(line, clock, 100));
        var options = new OptoForceOptions { CountsPerNewton = 100, CountsPerNewtonMetre = 2_000 };
        return new BenchSensor(ForceDevices.OptoForce(bench.Endpoint(1_000_000), options).Sensor("wrist"), bench);
    }
}

public sealed class TextContractTests : LiveSensorContract
{
    protected override ISensor Create()
    {
        var bench = new DeviceBench<TextDevice>((line, clock) => new TextDevice(line, clock, 100));
        var options = new TextOptions
        {
            Fields = [new("fx", "1", "N"), new("fy", "2", "N"), new("fz", "3", "N")],
            TimeKey = "0",
        };
        return new BenchSensor(ForceDevices.Text(bench.Endpoint(115_200), options).Sensor("wrist"), bench);
    }
}

public sealed class WitMotionContractTests : LiveSensorContract
{
    protected override ISensor Create()
    {
        var bench = new DeviceBench<WitMotionDevice>((line, clock) => new WitMotionDevice(line, clock, 100));
        return new BenchSensor(ImuDevices.WitMotion(bench.Endpoint(115_200), 100).Sensor("imu"), bench);
    }
}

public sealed class DynamixelContractTests : LiveSensorContract
{
    protected override ISensor Create() => ServoSensors.Create(dynamixel: true).Sensor;
}

public sealed class FeetechContractTests : LiveSensorContract
{
    protected override ISensor Create() => ServoSensors.Create(dynamixel: false).Sensor;
}

/// <summary>Servo arms on a pseudo-terminal.</summary>
internal static class ServoSensors
{
    public static (ISensor Sensor, ServoBusDevice Bus, ServoBusSensor Inner) Create(
        bool dynamixel, bool echo = false, bool fast = true, byte lastId = 3)
    {
        var bench = new DeviceBench<ServoBusDevice>(
            (line, clock) => new ServoBusDevice(line, clock, dynamixel, [1, 2, 3]) { Echo = echo });
        var sensor = new ServoBusSensor("arm", bench.Endpoint(1_000_000), new ServoBusOptions
        {
            Family = dynamixel ? ServoFamily.Dynamixel : ServoFamily.Feetech,
            Joints = [new("pan", 1), new("lift", 2, Inverted: true), new("grip", lastId)],
            RateHz = 100,
            Fast = fast,
        });
        return (new BenchSensor(sensor, bench), bench.Device, sensor);
    }
}
