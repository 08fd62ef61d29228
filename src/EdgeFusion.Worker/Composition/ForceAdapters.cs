using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Datagrams;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Imu;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>Force/torque sensors, inertial units and boards that print numbers, by their names in the configuration.
/// </summary>
internal static class ForceAdapters
{
    private const double LongestTare = 60;

    public static void AddTo(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog)
    {
        catalog.Add("robotiq-ft300", request => Streaming(
            request, settings => ForceDevices.Robotiq(DeviceLines.Serial(settings, 19_200))));
        catalog.Add("bota", request => Streaming(request, Bota));
        catalog.Add("kunwei", request => Streaming(request, Kunwei));
        catalog.Add("optoforce", request => Streaming(request, OptoForce));
        catalog.Add("witmotion", request => Streaming(request, WitMotion));
        catalog.Add("text", request => Streaming(request, TextAdapter.Create));
        catalog.Add("rdt", Rdt);
        catalog.Add("schunk-ftn", Schunk);
    }

    public static string? ModalityOf(SensorOptions options) => options.Modality.Length > 0 ? options.Modality : null;

    /// <summary>A device of one output, with the settings that all of them have.</summary>
    private static ISensor Streaming(
        (string Name, SensorOptions Options) request, Func<AdapterSettings, StreamDevice> create)
    {
        var settings = new AdapterSettings(request.Options.Settings);
        double tare = settings.Number("TareSeconds", 0, 0, LongestTare);
        StreamDevice? device = null;
        try
        {
            device = create(settings);
        }
        catch (ConfigurationException fault)
        {
            settings.Fault(fault.Message);
        }

        settings.Done();
        return device!.Sensor(request.Name, 0, ModalityOf(request.Options), TimeSpan.FromSeconds(tare));
    }

    private static StreamDevice Bota(AdapterSettings settings)
    {
        IByteEndpoint line = DeviceLines.Serial(settings, 460_800);
        return ForceDevices.Bota(line, settings.Number("RateHz", 100, 0.5, 2_000));
    }

    private static StreamDevice Kunwei(AdapterSettings settings)
    {
        IByteEndpoint line = DeviceLines.Serial(settings, 460_800);
        return ForceDevices.Kunwei(
            line, settings.Number("RateHz", 1_000, 1, 2_000), settings.Number("LargestNewton", 2_000, 1, 100_000));
    }

    private static StreamDevice OptoForce(AdapterSettings settings)
    {
        IByteEndpoint line = DeviceLines.Serial(settings, 1_000_000);
        var options = new OptoForceOptions
        {
            Axes = settings.Integer("Axes", 6, 3, 12),
            CountsPerNewton = settings.Number("CountsPerNewton", 0, 1e-3, 1e9),
            CountsPerNewtonMetre = settings.Number("CountsPerNewtonMetre", 0, 1e-3, 1e9),
            PeriodMilliseconds = settings.Integer("PeriodMs", 10, 1, 100),
            Filter = settings.Integer("Filter", 4, 0, 6),
            Zero = settings.Flag("Zero", false),
        };
        if (options.Axes is not (3 or 6 or 12) || options.PeriodMilliseconds is not (1 or 3 or 10 or 33 or 100))
        {
            settings.Fault("Settings:Axes must be 3, 6 or 12 and Settings:PeriodMs 1, 3, 10, 33 or 100");
        }

        if (options.CountsPerNewton == 0 || (options.Axes == 6 && options.CountsPerNewtonMetre == 0))
        {
            settings.Fault(
                "Settings:CountsPerNewton (6 axes: and CountsPerNewtonMetre) is missing: see the sensor's calibration "
                + "sheet");
            options = options with { CountsPerNewton = 1, CountsPerNewtonMetre = 1 };
        }

        return ForceDevices.OptoForce(line, options);
    }

    private static StreamDevice WitMotion(AdapterSettings settings)
    {
        IByteEndpoint line = DeviceLines.Serial(settings, 9_600);
        return ImuDevices.WitMotion(
            line, settings.Number("RateHz", 10, 0.1, 1_000), settings.Number("AccelerationRangeG", 16, 1, 64),
            settings.Number("GyroRangeDegrees", 2_000, 1, 10_000));
    }

    private static RdtSensor Rdt((string Name, SensorOptions Options) request)
    {
        var settings = new AdapterSettings(request.Options.Settings);
        var options = new RdtOptions
        {
            Host = settings.Required("Host", "name or address of the box, by default 192.168.1.1"),
            Port = settings.Integer("Port", 49_152, 1, 65_535),
            RateHz = settings.Number("RateHz", 1_000, 1, 8_000),
            Average = settings.Integer("Average", 1, 1, 100),
            OnRobot = settings.Choice("Kind", "ati", "onrobot") == 1,
            Filter = settings.Integer("Filter", 4, 0, 6),
            Bias = settings.Flag("Bias", false),
            CountsPerNewton = settings.Number("CountsPerNewton", 0, 1e-3, 1e12),
            CountsPerNewtonMetre = settings.Number("CountsPerNewtonMetre", 0, 1e-3, 1e12),
            HttpPort = settings.Integer("HttpPort", 80, 1, 65_535),
        };
        if (options.OnRobot && (options.RateHz > 1_000 || 1_000 % options.RateHz != 0))
        {
            settings.Fault(
                "Settings:RateHz of Kind onrobot must be 1000 divided by whole milliseconds: 1000, 500, 250 ...");
        }

        settings.Done();
        return new RdtSensor(request.Name, options, ModalityOf(request.Options));
    }

    private static SchunkSensor Schunk((string Name, SensorOptions Options) request)
    {
        var settings = new AdapterSettings(request.Options.Settings);
        var options = new SchunkOptions
        {
            Host = settings.Required("Host", "name or address of the sensor, by default 192.168.0.100"),
            ControlPort = settings.Integer("Port", 82, 1, 65_535),
            DataPort = settings.Integer("DataPort", 54_843, 1, 65_535),
            Tare = settings.Flag("Tare", false),
        };
        settings.Done();
        return new SchunkSensor(request.Name, options, ModalityOf(request.Options));
    }
}
