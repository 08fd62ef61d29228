using System.Collections.Immutable;
using System.Globalization;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Sensing.Devices.Servos;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>Robots and servo arms, read only. Sensors of one robot share its connection.</summary>
internal sealed class JointAdapters
{
    private readonly Dictionary<string, (object Options, StreamDevice Device)> _connections =
        new(StringComparer.OrdinalIgnoreCase);

    public static void AddTo(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog)
    {
        var adapters = new JointAdapters();
        catalog.Add("ur-rtde", adapters.UniversalRobots);
        catalog.Add("xarm", adapters.XArm);
        catalog.Add("dynamixel", request => Servos(request, scsPossible: false));
        catalog.Add("feetech", request => Servos(request, scsPossible: true));
    }

    private ISensor UniversalRobots((string Name, SensorOptions Options) request)
    {
        var settings = new AdapterSettings(request.Options.Settings);
        TcpEndpoint endpoint = DeviceLines.Network(settings, RobotDevices.RtdePort);
        int output = settings.Choice("Deliver", "joints", "wrench", "pose");
        var options = new RtdeOptions
        {
            RateHz = settings.Number("RateHz", 500, 1, 500),
            Currents = settings.Flag("Currents", false),
            Torques = settings.Flag("Torques", false),
        };
        StreamDevice device = Connection(
            settings, endpoint, options, () => RobotDevices.UniversalRobots(endpoint, options));
        return Finish(settings, request, device, output);
    }

    private ISensor XArm((string Name, SensorOptions Options) request)
    {
        var settings = new AdapterSettings(request.Options.Settings);
        TcpEndpoint endpoint = DeviceLines.Network(settings, RobotDevices.XArmPort);
        int output = settings.Choice("Deliver", "joints", "wrench");
        bool filtered = settings.Choice("Force", "filtered", "raw") == 0;
        StreamDevice device = Connection(
            settings, endpoint, filtered, () => RobotDevices.XArm(endpoint, filtered));
        return Finish(settings, request, device, output);
    }

    private static ISensor Finish(
        AdapterSettings settings, (string Name, SensorOptions Options) request, StreamDevice device, int output)
    {
        double tare = settings.Number("TareSeconds", 0, 0, 60);
        settings.Done();
        return device.Sensor(
            request.Name, output, ForceAdapters.ModalityOf(request.Options), TimeSpan.FromSeconds(tare));
    }

    /// <summary>The connection to an address: one, whoever asks first makes it.</summary>
    private StreamDevice Connection(
        AdapterSettings settings, TcpEndpoint endpoint, object options, Func<StreamDevice> create)
    {
        if (!_connections.TryGetValue(endpoint.Name, out (object Options, StreamDevice Device) known))
        {
            known = (options, create());
            _connections.Add(endpoint.Name, known);
        }

        if (!known.Options.Equals(options))
        {
            settings.Fault(
                $"another sensor shares the connection to {endpoint.Name} with other settings; apart from Deliver they "
                + "must agree");
        }

        return known.Device;
    }

    private static ServoBusSensor Servos((string Name, SensorOptions Options) request, bool scsPossible)
    {
        var settings = new AdapterSettings(request.Options.Settings);
        IByteEndpoint line = DeviceLines.Serial(settings, scsPossible ? 1_000_000 : 57_600);
        var options = new ServoBusOptions
        {
            Family = !scsPossible ? ServoFamily.Dynamixel
                : settings.Choice("Series", "sts", "scs") == 0 ? ServoFamily.Feetech : ServoFamily.FeetechScs,
            Joints = Joints(settings),
            RateHz = settings.Number("RateHz", 100, 1, 1_000),
            Listen = settings.Choice("Mode", "poll", "listen") == 1,
            Fast = scsPossible || settings.Flag("Fast", true),
            Velocity = settings.Flag("Velocity", true),
            Effort = settings.Flag("Effort", false),
            AmperePerUnit = scsPossible ? 0 : settings.Number("AmperePerUnit", 0.00269, 1e-6, 1),
        };
        settings.Done();
        return new ServoBusSensor(request.Name, line, options, ForceAdapters.ModalityOf(request.Options));
    }

    /// <summary>Joints "pan=1,lift=-2": servo 2 turns the other way.</summary>
    private static ImmutableArray<ServoJoint> Joints(AdapterSettings settings)
    {
        ImmutableArray<ServoJoint>.Builder joints = ImmutableArray.CreateBuilder<ServoJoint>();
        string text = settings.Required(
            "Joints", "names and servo ids, e.g. pan=1,lift=-2 (minus: turns the other way)");
        const StringSplitOptions Tidy = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string entry in text.Split(',', Tidy))
        {
            string[] parts = entry.Split('=', StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0].Length > 0
                && int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id)
                && Math.Abs(id) is >= 0 and <= 252 && !joints.Any(joint => joint.Id == Math.Abs(id)))
            {
                joints.Add(new ServoJoint(parts[0], (byte)Math.Abs(id), parts[1].StartsWith('-')));
            }
            else
            {
                settings.Fault($"Settings:Joints: '{entry}' is not NAME=ID with an id 0..252 that stands only once");
            }
        }

        if (joints.Count > 32)
        {
            settings.Fault("Settings:Joints: 32 joints are the most");
        }

        return joints.Count is > 0 and <= 32 ? joints.ToImmutable() : [new ServoJoint("joint", 1)];
    }
}
