using EdgeFusion.Linux.Audio;
using EdgeFusion.Linux.Media;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>Cameras and microphones out of their settings.</summary>
internal static class MediaSensors
{
    private const int DefaultRateHz = 16_000;
    private static readonly string[] Sources =
        ["v4l2", "csi", "rtsp", "http", "file", "alsa", "pulse", "pipewire", "test", "pipeline"];

    public static void AddTo(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog)
    {
        catalog.Add("gstreamer", request => GStreamer(request.Name, request.Options));
        catalog.Add("alsa", request => Alsa(request.Name, request.Options));
    }

    /// <summary>Width, Height, Fps and Format as frames.</summary>
    public static SensorInfo Frames(string name, string modality, AdapterSettings settings) => new()
    {
        Name = name,
        Modality = modality.Length > 0 ? modality : "camera",
        Layout = new FrameLayout(
            settings.Integer("Width", 640, 1, 16_384), settings.Integer("Height", 480, 1, 16_384),
            (PixelFormat)settings.Choice("Format", "rgb8", "bgr8", "gray8")),
        RateHz = settings.Number("Fps", 30, 0.01, 1_000),
    };

    /// <summary>Rate, Channels, Samples and BlockMs as audio.</summary>
    public static SensorInfo Sound(string name, string modality, AdapterSettings settings)
    {
        int rate = settings.Integer("Rate", DefaultRateHz, 1_000, 768_000);
        double block = settings.Number("BlockMs", 10, 1, 1_000);
        int frames = Math.Max(1, (int)Math.Round(rate * block / 1_000));
        return new SensorInfo
        {
            Name = name,
            Modality = modality.Length > 0 ? modality : "microphone",
            Layout = new AudioLayout(
                settings.Integer("Channels", 1, 1, 64), (AudioFormat)settings.Choice("Samples", "f32", "s16"),
                frames),
            RateHz = rate,
            FramesPerBlock = frames,
        };
    }

    /// <summary>A duration given in milliseconds.</summary>
    public static TimeSpan Milliseconds(
        AdapterSettings settings, string name, double otherwise, double least, double most) =>
        TimeSpan.FromMilliseconds(settings.Number(name, otherwise, least, most));

    private static GStreamerSensor GStreamer(string name, SensorOptions options)
    {
        var settings = new AdapterSettings(options.Settings);
        GStreamerOptions gstreamer = ReadGStreamer(settings);
        bool isSound = settings.Has("Media")
            ? settings.Choice("Media", "video", "audio") == 1
            : IsSound(gstreamer.Source, options.Modality);
        SensorInfo info = isSound
            ? Sound(name, options.Modality, settings)
            : Frames(name, options.Modality, settings);
        settings.Done();
        return GStreamerSensor.Probe() is { } missing
            ? throw new ConfigurationException(missing)
            : new GStreamerSensor(info, gstreamer);
    }

    private static AlsaSensor Alsa(string name, SensorOptions options)
    {
        var settings = new AdapterSettings(options.Settings);
        SensorInfo info = Sound(name, options.Modality, settings);
        var alsa = new AlsaOptions
        {
            Device = settings.Text("Device", "default"),
            Periods = settings.Integer("Periods", 8, 2, 64),
            SilenceTimeout = Milliseconds(settings, "SilenceTimeoutMs", 2_000, 100, 3_600_000),
        };
        settings.Done();
        return AlsaSensor.Probe() is { } missing
            ? throw new ConfigurationException(missing)
            : new AlsaSensor(info, alsa);
    }

    private static GStreamerOptions ReadGStreamer(AdapterSettings settings)
    {
        var options = new GStreamerOptions
        {
            Device = settings.Text("Device"),
            Url = settings.Text("Url"),
            Path = settings.Text("File"),
            User = settings.Text("User"),
            PasswordFile = settings.Text("PasswordFile"),
            OverUdp = settings.Choice("Transport", "tcp", "udp") == 1,
            Latency = Milliseconds(settings, "LatencyMs", 100, 0, 10_000),
            Pattern = settings.Text("Pattern"),
            Loop = settings.Flag("Loop", false),
            Pipeline = settings.Text("Pipeline"),
            StartTimeout = Milliseconds(settings, "StartTimeoutMs", 10_000, 100, 3_600_000),
            SilenceTimeout = Milliseconds(settings, "SilenceTimeoutMs", 2_000, 100, 3_600_000),
        };
        GStreamerSource? source = settings.Has("Source")
            ? (GStreamerSource)settings.Choice("Source", Sources)
            : Guess(options);
        if (source is null)
        {
            settings.Fault($"Settings:Source is missing; there are {string.Join(", ", Sources)}");
        }

        options = options with { Source = source ?? GStreamerSource.Test };
        CheckAddress(options, settings);
        return options;
    }

    /// <summary>What the other settings leave no doubt about.</summary>
    private static GStreamerSource? Guess(GStreamerOptions options) => options switch
    {
        { Pipeline.Length: > 0 } => GStreamerSource.Custom,
        { Path.Length: > 0 } => GStreamerSource.File,
        { Url: var url } when url.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) => GStreamerSource.Rtsp,
        { Url: var url } when url.StartsWith("http", StringComparison.OrdinalIgnoreCase) => GStreamerSource.Http,
        { Device: var device } when device.StartsWith("/dev/v", StringComparison.Ordinal) => GStreamerSource.V4l2,
        _ => null,
    };

    private static bool IsSound(GStreamerSource source, string modality) =>
        source is GStreamerSource.Alsa or GStreamerSource.Pulse or GStreamerSource.PipeWire
        || modality == "microphone";

    private static void CheckAddress(GStreamerOptions options, AdapterSettings settings)
    {
        string[] schemes = options.Source switch
        {
            GStreamerSource.Rtsp => ["rtsp", "rtsps"],
            GStreamerSource.Http => ["http", "https"],
            _ => [],
        };
        if (schemes.Length > 0)
        {
            if (!Uri.TryCreate(options.Url, UriKind.Absolute, out Uri? url) || !schemes.Contains(url.Scheme))
            {
                settings.Fault(
                    $"Settings:Url is missing or no address that begins with {string.Join(" or ", schemes)}://");
            }
            else if (url.UserInfo.Length > 0)
            {
                settings.Fault(
                    "Settings:Url holds a user name or password: put them into User and PasswordFile (the name of a "
                    + "file whose first line is the password)");
            }
        }

        if (options.Source == GStreamerSource.File && options.Path.Length == 0)
        {
            settings.Fault("Settings:File is missing: the file to play");
        }

        if (options.Source == GStreamerSource.Custom && options.Pipeline.Length == 0)
        {
            settings.Fault("Settings:Pipeline is missing: a pipeline in GStreamer's notation without a sink");
        }
    }
}
