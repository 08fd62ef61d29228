namespace EdgeFusion.Linux.Media;

/// <summary>Which Debian package brings a GStreamer element, for error messages.</summary>
internal static class ElementPackages
{
    private const string Base = "gstreamer1.0-plugins-base";
    private const string Good = "gstreamer1.0-plugins-good";
    private const string Bad = "gstreamer1.0-plugins-bad";

    /// <summary>The package; for an element we do not name ourselves the four that hold most.</summary>
    public static string Of(string element) => element switch
    {
        "alsasrc" => "gstreamer1.0-alsa",
        "pulsesrc" => "gstreamer1.0-pulseaudio",
        "pipewiresrc" => "gstreamer1.0-pipewire",
        "libcamerasrc" => "gstreamer1.0-libcamera",
        "nvarguscamerasrc" or "nvvidconv" or "nvv4l2h264enc" => "nvidia-l4t-gstreamer (NVIDIA Jetson only)",
        "videotestsrc" or "audiotestsrc" or "videoconvert" or "videoscale" or "audioconvert"
            or "audioresample" or "appsink" or "appsrc" or "decodebin" => Base,
        "v4l2src" or "rtspsrc" or "souphttpsrc" or "jpegdec" or "wavparse" or "multipartdemux" => Good,
        "h264parse" or "openh264enc" or "openh264dec" => Bad,
        "x264enc" => "gstreamer1.0-plugins-ugly",
        "avdec_h264" => "gstreamer1.0-libav",
        "filesrc" or "capsfilter" or "queue" or "identity" => "libgstreamer1.0-0",
        _ => $"{Base} {Good} {Bad} gstreamer1.0-libav",
    };

    /// <summary>The packages with a decoder, by GStreamer's description of what is missing.</summary>
    public static string ForDecoder(string description) =>
        description.Contains("JPEG", StringComparison.OrdinalIgnoreCase)
            ? Good
            : $"gstreamer1.0-libav {Bad}";
}
