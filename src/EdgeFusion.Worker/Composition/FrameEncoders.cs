using EdgeFusion.Linux.Images;
using EdgeFusion.Linux.Media;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>How the cameras of one output are recorded: raw, JPEG or H.264, as the configuration says.</summary>
/// <remarks><b>Threading.</b> One thread. Encoders live as long as the process; a video's goes on from file to file,
/// each of which begins with a key frame.</remarks>
internal sealed class FrameEncoders
{
    private const string Jpeg = "jpeg";
    private const string H264 = "h264";
    private const double BitsPerPixel = 0.2;
    private const int FramesPerSecond = 30;
    private const int LeastKilobits = 500;

    private readonly RecordingOptions _options;
    private readonly TurboJpegEncoder? _images;
    private readonly Dictionary<string, H264Encoder> _videos = new(StringComparer.Ordinal);

    /// <summary>Looks whether the libraries are there.</summary>
    /// <exception cref="RecordingException">One is not installed; the message says which.</exception>
    public FrameEncoders(RecordingOptions options)
    {
        _options = options;
        _images = Uses(Jpeg) ? new TurboJpegEncoder(options.JpegQuality) : null;
        if (Uses(H264) && H264Encoder.Probe() is { } fault)
        {
            throw new RecordingException(fault);
        }
    }

    /// <summary>The encoder of a sensor, for a file that begins.</summary>
    public SampleEncoder For(SensorInfo sensor) => sensor.Layout is not FrameLayout layout
        ? SampleEncoder.For(sensor)
        : Kind(_options, sensor.Name) switch
        {
            Jpeg => SampleEncoder.ForFrames(sensor, _images!),
            H264 => SampleEncoder.ForVideo(sensor, Video(sensor, layout)),
            _ => SampleEncoder.For(sensor),
        };

    /// <summary>Checks whether the sensors can be recorded as the configuration says.</summary>
    /// <exception cref="ConfigurationException">They cannot; lists every fault.</exception>
    public static void Require(RecordingOptions options, IReadOnlyList<SensorInfo> sensors)
    {
        var faults = new List<string>();
        foreach (string name in options.FramesOf.Keys)
        {
            if (!sensors.Any(sensor => sensor.Name == name && sensor.Layout is FrameLayout))
            {
                faults.Add($"Recording:FramesOf:{name}: there is no camera of that name");
            }
        }

        foreach (SensorInfo sensor in sensors)
        {
            if (sensor.Layout is FrameLayout layout && Kind(options, sensor.Name) == H264
                && (layout.Width % 2 != 0 || layout.Height % 2 != 0))
            {
                faults.Add(
                    $"Recording:FramesOf:{sensor.Name}: frames of {layout.Width} x {layout.Height} cannot become "
                    + "H.264, both must be even; choose jpeg or raw");
            }
        }

        if (faults.Count > 0)
        {
            throw new ConfigurationException(string.Join(". ", faults) + ".");
        }
    }

    private static string Kind(RecordingOptions options, string sensor) =>
        options.FramesOf.GetValueOrDefault(sensor, options.Frames);

    private bool Uses(string kind) => _options.Frames == kind || _options.FramesOf.ContainsValue(kind);

    private int Kilobits(FrameLayout layout) => _options.H264Kbps > 0
        ? _options.H264Kbps
        : Math.Max(LeastKilobits, (int)(BitsPerPixel * layout.Width * layout.Height * FramesPerSecond / 1_000));

    private H264Encoder Video(SensorInfo sensor, FrameLayout layout)
    {
        if (!_videos.TryGetValue(sensor.Name, out H264Encoder? encoder))
        {
            int keyFrames = Math.Max(1, (int)Math.Round(_options.H264KeySeconds * sensor.RateHz));
            encoder = new H264Encoder(layout, keyFrames, Kilobits(layout));
            _videos.Add(sensor.Name, encoder);
        }

        return encoder;
    }
}
