using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Video;

/// <summary>
/// Frames of one size and a fixed rate as MP4 with H.264, by GStreamer or ffmpeg in a process of their own: whichever
/// is installed.
/// </summary>
/// <remarks><b>Threading.</b> One thread.</remarks>
internal sealed class VideoEncoder : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _said;
    private readonly string _path;

    /// <summary>Starts an encoder.</summary>
    /// <exception cref="RecordingException">None is installed, or the size is odd, which H.264 has not.</exception>
    public VideoEncoder(string path, FrameLayout layout, double rateHz)
    {
        if (layout.Width % 2 != 0 || layout.Height % 2 != 0)
        {
            throw new RecordingException(
                $"Frames of {layout.Width} x {layout.Height} cannot become MP4: both must be even. Export JPEG.");
        }

        _path = path;
        _process = Process.Start(StartInfo(Path.GetFullPath(path), layout, rateHz))!;
        _said = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Appends a frame.</summary>
    /// <exception cref="RecordingException">The encoder ended.</exception>
    public void Write(ReadOnlySpan<byte> pixels)
    {
        try
        {
            _process.StandardInput.BaseStream.Write(pixels);
        }
        catch (IOException)
        {
            throw Failed();
        }
    }

    /// <summary>Completes the file.</summary>
    /// <exception cref="RecordingException">The encoder failed; the message is its own.</exception>
    public void Finish()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            throw Failed();
        }

        if (!_process.WaitForExit(Patience) || _process.ExitCode != 0)
        {
            throw Failed();
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private RecordingException Failed()
    {
        if (!_process.HasExited && !_process.WaitForExit(Patience))
        {
            _process.Kill();
        }

        return new RecordingException($"The encoder could not write '{_path}': {_said.Result.Trim()}");
    }

    private static ProcessStartInfo StartInfo(string path, FrameLayout layout, double rateHz)
    {
        string rate = VideoPrograms.Rate(rateHz);
        string width = layout.Width.ToString(CultureInfo.InvariantCulture);
        string height = layout.Height.ToString(CultureInfo.InvariantCulture);
        (string ffmpeg, string gstreamer) = layout.Format switch
        {
            PixelFormat.Rgb8 => ("rgb24", "rgb"),
            PixelFormat.Bgr8 => ("bgr24", "bgr"),
            _ => ("gray", "gray8"),
        };
        return VideoPrograms.Start(
            [
                "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", ffmpeg, "-s", $"{width}x{height}", "-r", rate,
                "-i", "-", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "30", "-movflags", "+faststart", path,
            ],
            [
                "-q", "-e", "fdsrc", "fd=0", "!", "rawvideoparse", "width=" + width, "height=" + height,
                "format=" + gstreamer, "framerate=" + rate, "!", "videoconvert", "!", "video/x-raw,format=I420",
                "!", "x264enc", "key-int-max=30", "pass=quant", "quantizer=21", "!", "h264parse", "!",
                "mp4mux", "faststart=true", "!", "filesink", $"location=\"{path}\"",
            ]);
    }
}
