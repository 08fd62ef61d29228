using System.Collections.Immutable;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Sensing.Ros;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>ROS topics out of their settings.</summary>
internal static class RosSensors
{
    private static readonly (string, string)[] Types =
    [
        ("JointState", "sensor_msgs/msg/JointState"), ("WrenchStamped", "geometry_msgs/msg/WrenchStamped"),
        ("Imu", "sensor_msgs/msg/Imu"), ("Image", "sensor_msgs/msg/Image"),
        ("CompressedImage", "sensor_msgs/msg/CompressedImage"), ("AudioData", "audio_common_msgs/msg/AudioData"),
        ("AudioDataStamped", "audio_common_msgs/msg/AudioDataStamped"),
    ];

    private static readonly (string Name, string Prefix, string Unit)[] Fields =
        [("position", "q_", "rad"), ("velocity", "dq_", "rad/s"), ("effort", "tau_", "Nm")];

    public static void AddTo(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog)
    {
        catalog.Add("foxglove", request => Create(
            request.Name, request.Options, "ws://localhost:8765", (info, ros) => new FoxgloveSensor(info, ros)));
        catalog.Add("rosbridge", request => Create(
            request.Name, request.Options, "ws://localhost:9090", (info, ros) => new RosbridgeSensor(info, ros)));
    }

    private static RosSensor Create(
        string name, SensorOptions options, string defaultUrl, Func<SensorInfo, RosTopicOptions, RosSensor> make)
    {
        var settings = new AdapterSettings(options.Settings);
        string topic = settings.Required("Topic", "the topic, e.g. /joint_states");
        string url = settings.Text("Url", defaultUrl);
        string type = ReadType(settings);
        SensorInfo info = Info(name, options.Modality, type, settings);
        var ros = new RosTopicOptions
        {
            Url = url,
            Topic = topic,
            Type = type,
            Clock = (RosClock)settings.Choice("Clock", "fitted", "stamp", "arrival"),
            StartTimeout = MediaSensors.Milliseconds(settings, "StartTimeoutMs", 10_000, 100, 3_600_000),
            SilenceTimeout = MediaSensors.Milliseconds(settings, "SilenceTimeoutMs", 2_000, 100, 3_600_000),
            MaxMessageBytes = settings.Integer("MaxMessageMiB", 64, 1, 1_024) << 20,
            ImageDecoder = type.EndsWith("CompressedImage", StringComparison.Ordinal) ? Adapters.ImageDecoder() : null,
        };
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("ws" or "wss"))
        {
            settings.Fault($"Settings:Url '{url}' is no ws:// or wss:// address");
        }

        settings.Done();
        return make(info, ros);
    }

    /// <summary>A type by its own name or with its package.</summary>
    private static string ReadType(AdapterSettings settings)
    {
        string text = settings.Required("Type", "the message type, e.g. JointState");
        var names = new List<string>();
        foreach ((string name, string full) in Types)
        {
            if (text == name || text == full || text == full.Replace("/msg/", "/", StringComparison.Ordinal))
            {
                return full;
            }

            names.Add(name);
        }

        if (text.Length > 0)
        {
            settings.Fault($"Settings:Type '{text}' is not supported; there are {string.Join(", ", names)}");
        }

        return "";
    }

    private static SensorInfo Info(string name, string modality, string type, AdapterSettings settings)
    {
        switch (type[(type.LastIndexOf('/') + 1)..])
        {
            case "Image" or "CompressedImage":
                return MediaSensors.Frames(name, modality, settings);
            case "AudioData" or "AudioDataStamped":
                return MediaSensors.Sound(name, modality, settings);
            case "WrenchStamped":
                return Vector(name, modality, "force", Wrench(), settings);
            case "Imu":
                return Vector(name, modality, "imu", Imu(settings), settings);
            default:
                return Vector(name, modality, "proprioception", Joints(settings), settings);
        }
    }

    private static SensorInfo Vector(
        string name, string modality, string otherwise, VectorLayout layout, AdapterSettings settings) => new()
        {
            Name = name,
            Modality = modality.Length > 0 ? modality : otherwise,
            Layout = layout,
            RateHz = settings.Number("Rate", 100, 0.01, 100_000),
        };

    private static VectorLayout Wrench() =>
        new(["fx", "fy", "fz", "tx", "ty", "tz"], ["N", "N", "N", "Nm", "Nm", "Nm"]);

    private static VectorLayout Imu(AdapterSettings settings)
    {
        var motion = new VectorLayout(
            ["wx", "wy", "wz", "ax", "ay", "az"], ["rad/s", "rad/s", "rad/s", "m/s^2", "m/s^2", "m/s^2"]);
        return settings.Flag("Orientation", false)
            ? new VectorLayout(
                motion.Elements.AddRange("qx", "qy", "qz", "qw"), motion.Units.AddRange("1", "1", "1", "1"))
            : motion;
    }

    private static string[] Names(string text) => text.Split(
        [',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static VectorLayout Joints(AdapterSettings settings)
    {
        string[] joints = Names(settings.Text("Joints"));
        string[] wanted = Names(settings.Text("Fields", "position, velocity, effort"));
        if (joints.Length == 0)
        {
            settings.Fault("Settings:Joints is missing: the joints' names in the wanted order, e.g. joint_1, joint_2");
        }

        ImmutableArray<string>.Builder elements = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<string>.Builder units = ImmutableArray.CreateBuilder<string>();
        foreach (string field in wanted)
        {
            int index = Array.FindIndex(Fields, f => f.Name == field);
            if (index < 0)
            {
                settings.Fault($"Settings:Fields '{field}' is unknown; there are position, velocity, effort");
                continue;
            }

            foreach (string joint in joints)
            {
                elements.Add(Fields[index].Prefix + joint);
                units.Add(Fields[index].Unit);
            }
        }

        if (joints.Distinct(StringComparer.Ordinal).Count() != joints.Length)
        {
            settings.Fault("Settings:Joints names a joint twice");
        }

        return new VectorLayout(elements.ToImmutable(), units.ToImmutable());
    }
}
