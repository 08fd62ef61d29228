using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>Turns options into a pipeline; pure but for the question which elements there are.</summary>
internal sealed class MediaPlanner
{
    /// <summary>Frames that may wait in the sink; the oldest goes first.</summary>
    public const int MaxFramesWaiting = 4;

    /// <summary>Audio buffers that may wait in the sink: 0.64 s of 10 ms buffers.</summary>
    public const int MaxBlocksWaiting = 64;

    private const string Source = " name=" + MediaPlan.SourceName + " ";

    private readonly SensorInfo _info;
    private readonly GStreamerOptions _options;
    private readonly Func<string, bool> _has;
    private readonly List<string> _elements = [];
    private readonly List<(string, string)> _properties = [];
    private readonly StringBuilder _text = new();
    private string _sinkCaps = "";

    private MediaPlanner(SensorInfo info, GStreamerOptions options, Func<string, bool> has)
    {
        _info = info;
        _options = options;
        _has = has;
    }

    private bool IsVideo => _info.Layout is FrameLayout;

    /// <summary>Makes a plan.</summary>
    /// <param name="info">What is wanted: frames or audio.</param>
    /// <param name="options">Where from.</param>
    /// <param name="has">Whether an element is installed.</param>
    public static MediaPlan Make(SensorInfo info, GStreamerOptions options, Func<string, bool> has) =>
        new MediaPlanner(info, options, has).Make();

    /// <summary>What is read, for messages.</summary>
    public static string Describe(GStreamerOptions options) => options.Source switch
    {
        GStreamerSource.V4l2 => "camera " + Or(options.Device, "/dev/video0"),
        GStreamerSource.Csi => "CSI camera " + Or(options.Device, "0"),
        GStreamerSource.Rtsp or GStreamerSource.Http => options.Url,
        GStreamerSource.File => "file " + options.Path,
        GStreamerSource.Alsa => "ALSA device " + Or(options.Device, "default"),
        GStreamerSource.Pulse => "PulseAudio source " + Or(options.Device, "default"),
        GStreamerSource.PipeWire => "PipeWire node " + Or(options.Device, "default"),
        GStreamerSource.Test => "the test source",
        _ => "the custom pipeline",
    };

    private MediaPlan Make()
    {
        AddSource();
        if (IsVideo)
        {
            AddVideoEnd((FrameLayout)_info.Layout);
        }
        else
        {
            AddAudioEnd((AudioLayout)_info.Layout);
        }

        AddSink();
        return new MediaPlan
        {
            Text = _text.ToString(),
            Elements = [.. _elements],
            Properties = [.. _properties],
            SinkCaps = _sinkCaps,
            IsLive = _options.Source != GStreamerSource.File,
            StampsArrival = _options.Source
                is GStreamerSource.Test or GStreamerSource.Rtsp or GStreamerSource.PipeWire,
            What = Describe(_options),
        };
    }

    private void AddSource()
    {
        switch (_options.Source)
        {
            case GStreamerSource.V4l2:
                Element("v4l2src", "do-timestamp=false");
                Property("device", Or(_options.Device, "/dev/video0"));
                Caps(CameraCaps((FrameLayout)_info.Layout));
                Element("decodebin");
                break;
            case GStreamerSource.Csi:
                AddCsi((FrameLayout)_info.Layout);
                break;
            case GStreamerSource.Rtsp:
                AddRtsp();
                break;
            case GStreamerSource.Http:
                Element("souphttpsrc", "is-live=true do-timestamp=true retries=0 timeout=5");
                Property("location", _options.Url);
                AddCredentials();
                AddHttpDecoder();
                break;
            case GStreamerSource.File:
                Element("filesrc");
                Property("location", _options.Path);
                Element("decodebin");
                break;
            case GStreamerSource.Custom:
                _text.Append(_options.Pipeline);
                break;
            default:
                AddLocalSource();
                break;
        }
    }

    private void AddLocalSource()
    {
        switch (_options.Source)
        {
            case GStreamerSource.Alsa:
                Element("alsasrc", AudioTiming());
                OptionalProperty("device", _options.Device);
                break;
            case GStreamerSource.Pulse:
                Element("pulsesrc", AudioTiming());
                OptionalProperty("server", _options.Url);
                OptionalProperty("device", _options.Device);
                break;
            case GStreamerSource.PipeWire:
                Element("pipewiresrc", "do-timestamp=true");
                OptionalProperty("target-object", _options.Device);
                break;
            default:
                AddTest();
                break;
        }
    }

    private void AddTest()
    {
        if (_info.Layout is FrameLayout frames)
        {
            Element("videotestsrc", "is-live=true");
            Property("pattern", Or(_options.Pattern, "ball"));
            Caps(string.Create(
                CultureInfo.InvariantCulture,
                $"video/x-raw,width={frames.Width},height={frames.Height},framerate={Fraction(_info.RateHz)}"));
            return;
        }

        Element("audiotestsrc", string.Create(
            CultureInfo.InvariantCulture, $"is-live=true samplesperbuffer={_info.FramesPerBlock}"));
        Property("wave", Or(_options.Pattern, "sine"));
    }

    private void AddCsi(FrameLayout frames)
    {
        string size = string.Create(
            CultureInfo.InvariantCulture,
            $"width={frames.Width},height={frames.Height},framerate={Fraction(_info.RateHz)}");
        if (_has("libcamerasrc") && !_has("nvarguscamerasrc"))
        {
            Element("libcamerasrc");
            OptionalProperty("camera-name", _options.Device);
            Caps("video/x-raw," + size);
            return;
        }

        Element("nvarguscamerasrc");
        OptionalProperty("sensor-id", _options.Device);
        Caps("video/x-raw(memory:NVMM)," + size);
    }

    private void AddRtsp()
    {
        // A connection that is open but silent must fail before our own silence limit has to act. Packets that come too
        // late are left out over UDP only: over TCP none is ever missing, but after a stop all come at once, and what
        // was left out of them would be waited for, for seconds.
        long microseconds = (long)(_options.SilenceTimeout.TotalMilliseconds * 1_000);
        string leftOut = _options.OverUdp ? "true" : "false";
        Element("rtspsrc", string.Create(
            CultureInfo.InvariantCulture,
            $"latency={_options.Latency.TotalMilliseconds:F0} protocols={(_options.OverUdp ? "udp" : "tcp")} "
            + $"tcp-timeout={microseconds} timeout={microseconds} teardown-timeout=100000000 "
            + $"drop-on-latency={leftOut}"));
        Property("location", _options.Url);
        AddCredentials();
        Caps("application/x-rtp,media=" + (IsVideo ? "video" : "audio"));
        Element("decodebin");
    }

    private void AddHttpDecoder()
    {
        if (!IsVideo || IsContainer(_options.Url))
        {
            Element("decodebin");
            return;
        }

        // A camera's endless series of JPEG files. decodebin would wait until it has buffered megabytes, because such
        // a stream could still bring further tracks.
        Element("multipartdemux", "single-stream=true");
        Caps("image/jpeg");
        Element("jpegdec");
    }

    private static bool IsContainer(string url)
    {
        int end = url.IndexOfAny(['?', '#']);
        string path = end < 0 ? url : url[..end];
        foreach (string ending in (ReadOnlySpan<string>)[".m3u8", ".mp4", ".ts", ".mkv", ".webm", ".avi", ".mov"])
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private void AddCredentials()
    {
        if (_options.User.Length == 0)
        {
            return;
        }

        Property("user-id", _options.User);
        if (_options.PasswordFile.Length > 0)
        {
            Property("user-pw", SecretFile.FirstLine(_options.PasswordFile));
        }
    }

    /// <summary>
    /// Size and format, scaling first because it is cheaper. Frames above the wanted rate are left out by
    /// <see cref="FrameSlots"/>: videorate ends the whole process on frames without a duration.
    /// </summary>
    private void AddVideoEnd(FrameLayout frames)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"width={frames.Width},height={frames.Height}");
        if (_options.Source == GStreamerSource.Custom)
        {
            _sinkCaps = "video/x-raw," + FrameCopier.Formats;
            return;
        }

        if (_has("nvvidconv"))
        {
            // Jetson: scales and converts in hardware, and takes frames out of the decoder's own memory.
            Element("nvvidconv");
            Caps("video/x-raw,format=BGRx," + size);
            return;
        }

        Element("videoscale", "n-threads=1");
        Element("videoconvert", "n-threads=1");
        string format = frames.Format switch
        {
            PixelFormat.Rgb8 => "RGB",
            PixelFormat.Bgr8 => "BGR",
            _ => "GRAY8",
        };
        Caps($"video/x-raw,format={format},{size},pixel-aspect-ratio=1/1");
    }

    private void AddAudioEnd(AudioLayout audio)
    {
        string caps = string.Create(
            CultureInfo.InvariantCulture,
            $"audio/x-raw,format={(audio.Format == AudioFormat.Float32 ? "F32LE" : "S16LE")},layout=interleaved,"
            + $"rate={_info.RateHz:F0},channels={audio.Channels}");
        if (_options.Source == GStreamerSource.Custom)
        {
            _sinkCaps = caps;
            return;
        }

        Element("audioconvert");
        Element("audioresample");
        Caps(caps);
    }

    private void AddSink()
    {
        int waiting = IsVideo ? MaxFramesWaiting : MaxBlocksWaiting;
        bool drop = _options.Source != GStreamerSource.File;
        Element("appsink", string.Create(
            CultureInfo.InvariantCulture,
            $"name={MediaPlan.SinkName} sync=false enable-last-sample=false max-buffers={waiting} "
            + $"drop={(drop ? "true" : "false")}"));
    }

    /// <summary>
    /// The camera's own format in order of liking: the wanted size and rate uncompressed, then as JPEG (a USB 2 line
    /// is too slow for large uncompressed images), then anything, which is scaled.
    /// </summary>
    private string CameraCaps(FrameLayout frames)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"width={frames.Width},height={frames.Height}");
        string rate = ",framerate=" + Fraction(_info.RateHz);
        return $"video/x-raw,{size}{rate};image/jpeg,{size}{rate};video/x-raw,{size};image/jpeg,{size};"
            + "video/x-raw;image/jpeg;video/x-h264";
    }

    private string AudioTiming()
    {
        long period = _info.PeriodNanoseconds / 1_000;
        const int PeriodsInBuffer = 20;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"provide-clock=false latency-time={period} buffer-time={period * PeriodsInBuffer}");
    }

    private void Element(string element, string settings = "")
    {
        Link();
        bool isSource = _text.Length == 0;
        _text.Append(element).Append(isSource ? Source : " ").Append(settings);
        _elements.Add(element);
    }

    private void Caps(string caps)
    {
        Link();
        _text.Append(caps);
    }

    private void Link()
    {
        if (_text.Length > 0)
        {
            _text.Append(" ! ");
        }
    }

    private void Property(string name, string value) => _properties.Add((name, value));

    private void OptionalProperty(string name, string value)
    {
        if (value.Length > 0)
        {
            Property(name, value);
        }
    }

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    /// <summary>A rate as a fraction; thousandths are enough for 29.97.</summary>
    private static string Fraction(double rateHz)
    {
        long thousandths = (long)Math.Round(rateHz * 1_000);
        return thousandths % 1_000 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{thousandths / 1_000}/1")
            : string.Create(CultureInfo.InvariantCulture, $"{thousandths}/1000");
    }
}
