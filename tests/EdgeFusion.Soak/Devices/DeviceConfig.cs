using System.Globalization;
using System.Text.Json;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Soak.Devices;

/// <summary>The configurations under test, as a user would write them.</summary>
internal static class DeviceConfig
{
    /// <summary>Name of the microphone by ALSA.</summary>
    public const string AlsaMicrophone = "room";

    /// <summary>
    /// Camera by RTSP and from a test source, microphone by GStreamer and by ALSA, Robotiq on a pty, RTDE over TCP.
    /// </summary>
    public static WorkerOptions Faults(string folder, int robotPort, int cameraPort, string? alsaDevice)
    {
        Dictionary<string, object> sensors = FaultySensors(folder, robotPort, cameraPort);
        if (alsaDevice is not null)
        {
            sensors[AlsaMicrophone] = new
            {
                Adapter = "alsa",
                Modality = AlsaMicrophone,
                Settings = new { Device = alsaDevice, Rate = "16000" },
            };
        }

        return Load(folder, sensors);
    }

    /// <summary>1 kHz force, 500 Hz joints, 16 kHz audio, 640x480 at 30 Hz.</summary>
    public static WorkerOptions Cost(string folder, int robotPort) => Load(folder, new
    {
        camera = Camera("camera", "640", "480", "30"),
        microphone = Microphone,
        wrist = new
        {
            Adapter = "bota",
            Settings = new { Device = Path.Combine(folder, DeviceRig.Bota), RateHz = "1000" },
        },
        arm = Robot(robotPort),
    });

    private static object Microphone { get; } = new
    {
        Adapter = "gstreamer",
        Modality = "microphone",
        Settings = new { Source = "test", Rate = "16000" },
    };

    private static Dictionary<string, object> FaultySensors(string folder, int robotPort, int cameraPort) => new()
    {
        ["camera"] = new
        {
            Adapter = "gstreamer",
            Settings = new
            {
                Url = string.Create(CultureInfo.InvariantCulture, $"rtsp://127.0.0.1:{cameraPort}/camera"),
                Width = "320",
                Height = "240",
                Fps = "15",
            },
        },
        ["overview"] = Camera("overview", "160", "120", "10"),
        ["microphone"] = Microphone,
        ["wrist"] = new
        {
            Adapter = "robotiq-ft300",
            Settings = new { Device = Path.Combine(folder, DeviceRig.Robotiq) },
        },
        ["arm"] = Robot(robotPort),
    };

    private static object Camera(string modality, string width, string height, string fps) => new
    {
        Adapter = "gstreamer",
        Modality = modality,
        Settings = new { Source = "test", Width = width, Height = height, Fps = fps },
    };

    private static object Robot(int port) => new
    {
        Adapter = "ur-rtde",
        Modality = "ur-joints",
        Settings = new
        {
            Host = "127.0.0.1",
            Port = port.ToString(CultureInfo.InvariantCulture),
            Deliver = "joints",
            RateHz = "500",
        },
    };

    private static WorkerOptions Load(string folder, object sensors)
    {
        string file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            Node = "soak",
            Model = new { Name = "workcell", Providers = new[] { "cpu" } },
            AllowMissingSensors = true,
            Mqtt = new { Adapter = "none" },
            Dashboard = new { Enabled = false },
            Sensors = sensors,
        }));
        return WorkerConfiguration.Load(file);
    }
}
