using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Tests.Configuration;

/// <summary>Device adapters by name: what they make of settings, good and bad.</summary>
public sealed class DeviceAdapterTests
{
    private static readonly string[] WrenchElements = ["fx", "fy", "fz", "tx", "ty", "tz"];

    [Theory]
    [InlineData("robotiq-ft300", "Device=/dev/ttyUSB0", 100)]
    [InlineData("bota", "Device=/dev/ttyUSB0;RateHz=800", 800)]
    [InlineData("kunwei", "Device=/dev/ttyUSB0", 1_000)]
    [InlineData("optoforce", "Device=/dev/ttyUSB0;CountsPerNewton=100;CountsPerNewtonMetre=2000", 100)]
    [InlineData("text", "Device=/dev/ttyACM0;RateHz=80;Units=kgf,kgf,kgf,kgf-m,kgf-m,kgf-m", 80)]
    [InlineData("rdt", "Host=192.168.1.1;RateHz=7000;Average=7", 1_000)]
    [InlineData("schunk-ftn", "Host=192.168.0.100", 1_000)]
    [InlineData("ur-rtde", "Host=192.168.0.5;Deliver=wrench", 500)]
    [InlineData("xarm", "Host=192.168.0.6;Deliver=wrench", 200)]
    public void Force_adapters_deliver_a_wrench(string adapter, string settings, double rateHz)
    {
        ISensor sensor = Create((adapter, settings));

        Assert.Equal("force", sensor.Info.Modality);
        Assert.Equal(rateHz, sensor.Info.RateHz);
        Assert.Equal(WrenchElements, Assert.IsType<VectorLayout>(sensor.Info.Layout).Elements);
    }

    [Theory]
    [InlineData("ur-rtde", "Host=192.168.0.5;Torques=true", 18)]
    [InlineData("xarm", "Host=192.168.0.6", 21)]
    [InlineData("dynamixel", "Device=/dev/ttyUSB0;Joints=a=1,b=2;Effort=true", 6)]
    [InlineData("feetech", "Device=/dev/ttyACM0;Joints=pan=1,lift=-2,grip=6;Mode=listen;Velocity=false", 3)]
    public void Joint_adapters_deliver_joints(string adapter, string settings, int width)
    {
        ISensor sensor = Create((adapter, settings));

        VectorLayout layout = Assert.IsType<VectorLayout>(sensor.Info.Layout);
        Assert.Equal("proprioception", sensor.Info.Modality);
        Assert.Equal(width, layout.Width);
        Assert.StartsWith("q_", layout.Elements[0], StringComparison.Ordinal);
        Assert.Equal("rad", layout.Units[0]);
    }

    [Theory]
    [InlineData("robotiq-ft300", "", "Settings:Device is missing: the serial line")]
    [InlineData("robotiq-ft300", "Device=ttyUSB0", "is no full path")]
    [InlineData("robotiq-ft300", "Device=/dev/x;Baud=9", "Settings:Baud: there is no such setting; there are ")]
    [InlineData("bota", "Device=/dev/x;BaudRate=fast;RateHz=0", "Settings:BaudRate is 'fast'; it must be a whole")]
    [InlineData("bota", "Device=/dev/x;BaudRate=fast;RateHz=0", "Settings:RateHz is '0'; it must be a number 0.5..")]
    [InlineData("optoforce", "Device=/dev/x", "Settings:CountsPerNewton (6 axes")]
    [InlineData("text", "Device=/dev/x;Units=stone", "the unit 'stone' is unknown; known are 1, N, mN")]
    [InlineData("text", "Device=/dev/x;Keys=1,2", "Settings:Keys has 2 entries, but Elements 6")]
    [InlineData("rdt", "RateHz=700;Kind=onrobot", "Settings:Host is missing")]
    [InlineData("rdt", "Host=h;RateHz=300;Kind=onrobot", "divided by whole milliseconds")]
    [InlineData("ur-rtde", "Host=h;Deliver=feet", "there are joints, wrench, pose")]
    [InlineData("dynamixel", "Device=/dev/x;Joints=a=1,b=1", "'b=1' is not NAME=ID")]
    public void Bad_settings_are_listed_with_their_fix(string adapter, string settings, string expected)
    {
        ConfigurationException fault = Assert.Throws<ConfigurationException>(() => Create((adapter, settings)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sensors_of_one_robot_must_agree_on_the_connection()
    {
        ConfigurationException fault = Assert.Throws<ConfigurationException>(() => Create(
            ("ur-rtde", "Host=192.168.0.5;RateHz=500"), ("ur-rtde", "Host=192.168.0.5;Deliver=wrench;RateHz=125")));

        Assert.Contains("shares the connection to 192.168.0.5:30004 with other settings", fault.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_adapter_is_answered_with_the_list() =>
        Assert.Contains(
            "bota, dynamixel, feetech",
            Assert.Throws<ConfigurationException>(() => Create(("robotic", ""))).Message, StringComparison.Ordinal);

    private static ISensor Create(params (string Adapter, string Settings)[] sensors)
    {
        var options = new Dictionary<string, SensorOptions>();
        foreach ((string adapter, string settings) in sensors)
        {
            var values = new Dictionary<string, string>();
            foreach (string pair in settings.Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                int equals = pair.IndexOf('=', StringComparison.Ordinal);
                values.Add(pair[..equals], pair[(equals + 1)..]);
            }

            options.Add($"s{options.Count}", new SensorOptions { Adapter = adapter, Settings = values });
        }

        return new SensorFactory(new SimulatorOptions()).Create(options)[0];
    }
}
