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
    private static readonly (string, PixelFormat)[] PixelFormats =
        [("rgb8", PixelFormat.Rgb8), ("bgr8", PixelFormat.Bgr8), ("gray8", PixelFormat.Gray8)];

    private static readonly (string, AudioFormat)[] SampleFormats =
        [("f32", AudioFormat.Float32), ("s16", AudioFormat.Int16)];

    private static readonly (string, GStreamerSource?)[] Sources =
    [
        ("v4l2", GStreamerSource.V4l2), ("csi", GStreamerSource.Csi), ("rtsp", GStreamerSource.Rtsp),
        ("http", GStreamerSource.Http), ("file", GStreamerSource.File), ("alsa", GStreamerSource.Alsa),
        ("pulse", GStreamerSource.Pulse), ("pipewire", GStreamerSource.PipeWire), ("test", GStreamerSource.Test),
        ("pipeline", GStreamerSource.Custom),
    ];

    public static void AddTo(AdapterCatalog<(string Name, SensorOptions Options), ISensor> catalog)
    {
        catalog.Add("gstreamer", request => GStreamer(request.Name, request.Options));
        catalog.Add("alsa", request => Alsa(request.Name, request.Options));
    }

    /// <summary>Width, Height, Fps and Format as frames.</summary>
    public static SensorInfo Frames(string name, string modality, SensorSettings settings) => new()
    {
        Name = name,
        Modality = modality.Length > 0 ? modality : "camera",
        Layout = new FrameLayout(
            settings.Whole("Width", 640, 1, 16_384), settings.Whole("Height", 480, 1, 16_384),
            settings.Choice("Format", PixelFormat.Rgb8, PixelFormats)),
        RateHz = settings.Number("Fps", 30, 0.01, 1_000),
    };

    /// <summary>Rate, Channels, Samples and BlockMs as audio.</summary>
    public static SensorInfo Sound(string name, string modality, SensorSettings settings)
    {
        int rate = settings.Whole("Rate", DefaultRateHz, 1_000, 768_000);
        double block = settings.Number("BlockMs", 10, 1, 1_000);
        int frames = Math.Max(1, (int)Math.Round(rate * block / 1_000));
        return new SensorInfo
        {
            Name = name,
            Modality = modality.Length > 0 ? modality : "microphone",
            Layout = new AudioLayout(
                settings.Whole("Channels", 1, 1, 64), settings.Choice("Samples", AudioFormat.Float32, SampleFormats),
                frames),
            RateHz = rate,
            FramesPerBlock = frames,
        };
    }

    private static GStreamerSensor GStreamer(string name, SensorOptions options)
    {
        var settings = new SensorSettings(options);
        GStreamerOptions gstreamer = ReadGStreamer(settings);
        bool isSound = settings.Choice(
            "Media", IsSound(gstreamer.Source, options.Modality), ("video", false), ("audio", true));
        SensorInfo info = isSound
            ? Sound(name, options.Modality, settings)
            : Frames(name, options.Modality, settings);
        settings.Check();
        return GStreamerSensor.Probe() is { } missing
            ? throw new ConfigurationException(missing)
            : new GStreamerSensor(info, gstreamer);
    }

    private static AlsaSensor Alsa(string name, SensorOptions options)
    {
        var settings = new SensorSettings(options);
        SensorInfo info = Sound(name, options.Modality, settings);
        var alsa = new AlsaOptions
        {
            Device = settings.Text("Device", "default"),
            Periods = settings.Whole("Periods", 8, 2, 64),
            SilenceTimeout = settings.Milliseconds("SilenceTimeoutMs", 2_000, 100, 3_600_000),
        };
        settings.Check();
        return AlsaSensor.Probe() is { } missing
            ? throw new ConfigurationException(missing)
            : new AlsaSensor(info, alsa);
    }

    private static GStreamerOptions ReadGStreamer(SensorSettings settings)
    {
        var options = new GStreamerOptions
        {
            Device = settings.Text("Device"),
            Url = settings.Text("Url"),
            Path = settings.Text("File"),
            User = settings.Text("User"),
            PasswordFile = settings.Text("PasswordFile"),
            OverUdp = settings.Choice("Transport", false, ("tcp", false), ("udp", true)),
            Latency = settings.Milliseconds("LatencyMs", 100, 0, 10_000),
            Pattern = settings.Text("Pattern"),
            Loop = settings.Flag("Loop"),
            Pipeline = settings.Text("Pipeline"),
            StartTimeout = settings.Milliseconds("StartTimeoutMs", 10_000, 100, 3_600_000),
            SilenceTimeout = settings.Milliseconds("SilenceTimeoutMs", 2_000, 100, 3_600_000),
        };
        GStreamerSource? source = settings.Choice("Source", Guess(options), Sources);
        if (source is null)
        {
            settings.Fault("Source", "is missing; there are v4l2, csi, rtsp, http, file, alsa, pulse, pipewire, test, "
                + "pipeline");
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

    private static void CheckAddress(GStreamerOptions options, SensorSettings settings)
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
                settings.Fault("Url", $"is missing or no address that begins with {string.Join(" or ", schemes)}://");
            }
            else if (url.UserInfo.Length > 0)
            {
                settings.Fault("Url", "holds a user name or password: put them into User and PasswordFile (the name of "
                    + "a file whose first line is the password)");
            }
        }

        if (options.Source == GStreamerSource.File && options.Path.Length == 0)
        {
            settings.Fault("File", "is missing: the file to play");
        }

        if (options.Source == GStreamerSource.Custom && options.Pipeline.Length == 0)
        {
            settings.Fault("Pipeline", "is missing: a pipeline in GStreamer's notation without a sink");
        }
    }
}
