namespace EdgeFusion.Linux.Media;

/// <summary>Where a GStreamer sensor's data comes from.</summary>
public enum GStreamerSource
{
    /// <summary>A camera of Video4Linux: USB, capture card.</summary>
    V4l2,

    /// <summary>A camera at the board's CSI connector (Jetson: nvarguscamerasrc; Raspberry Pi: libcamerasrc).</summary>
    Csi,

    /// <summary>A network camera or a microphone in one, by RTSP.</summary>
    Rtsp,

    /// <summary>A camera by HTTP: MJPEG, HLS, or a file on a server.</summary>
    Http,

    /// <summary>A media file, played at its own pace.</summary>
    File,

    /// <summary>A microphone by ALSA.</summary>
    Alsa,

    /// <summary>A microphone by PulseAudio, or by PipeWire's server of that protocol.</summary>
    Pulse,

    /// <summary>A microphone by PipeWire.</summary>
    PipeWire,

    /// <summary>A test picture or a test tone.</summary>
    Test,

    /// <summary>A pipeline in GStreamer's own notation.</summary>
    Custom,
}

/// <summary>How a GStreamer sensor reaches its source. Size, rate and format are those of its SensorInfo.</summary>
public sealed record GStreamerOptions
{
    /// <summary>Kind of source; default the test source.</summary>
    public GStreamerSource Source { get; init; } = GStreamerSource.Test;

    /// <summary>
    /// Device: /dev/video0 or a link to it, ALSA name (hw:1,0), PulseAudio source or PipeWire node, number of the CSI
    /// camera. Empty (default) = the system's first.
    /// </summary>
    public string Device { get; init; } = "";

    /// <summary>
    /// Address for Rtsp (rtsp, rtsps) and Http (http, https), without a password; for Pulse the server
    /// (unix:/path, tcp:host), empty = this user's.
    /// </summary>
    public string Url { get; init; } = "";

    /// <summary>File to play.</summary>
    public string Path { get; init; } = "";

    /// <summary>User name for Url; default none.</summary>
    public string User { get; init; } = "";

    /// <summary>File whose first line is the password for Url; default none.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>RTSP over TCP (default) or UDP.</summary>
    public bool OverUdp { get; init; }

    /// <summary>How long RTSP packets wait for those that were overtaken; default 100 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Pattern of the test picture (ball, smpte ...) or wave of the test tone (sine, pink-noise ...); empty =
    /// ball and sine.</summary>
    public string Pattern { get; init; } = "";

    /// <summary>Start a file again at its end; default false.</summary>
    public bool Loop { get; init; }

    /// <summary>
    /// For Custom: a pipeline in gst-launch notation that ends before the sink; caps and sink are added to it. It can
    /// read any file and run any element, so it must come from the local configuration only.
    /// </summary>
    public string Pipeline { get; init; } = "";

    /// <summary>
    /// Longest wait for the first sample; default 10 s. An RTSP source that has delivered before gets less: eight times
    /// what it usually takes to answer, then eight times what its first sample usually takes, each at least 1.5 s.
    /// </summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence of a live source after which it is opened again; default 2 s.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
