using System.Diagnostics;
using System.Globalization;
using System.Text;
using EdgeFusion.Sensing;

namespace EdgeFusion.Worker.Video;

/// <summary>The frames of a video file at a fixed rate, by GStreamer or ffmpeg in a process of their own.</summary>
/// <remarks><b>Threading.</b> One thread.</remarks>
internal sealed class VideoReader : IDisposable
{
    private const int LongestNumber = 6;

    /// <summary>Most pixels each way, as recordings have it.</summary>
    private const int LargestExtent = 16_384;

    private readonly Process _process;
    private readonly Task<string> _said;
    private readonly BufferedStream _pictures;
    private readonly string _path;

    /// <summary>Starts decoding.</summary>
    public VideoReader(string path, double rateHz)
    {
        _path = path;
        string full = Path.GetFullPath(path);
        string rate = VideoPrograms.Rate(rateHz);
        _process = Process.Start(VideoPrograms.Start(
            ["-v", "error", "-i", full, "-vf", "fps=" + rate, "-f", "image2pipe", "-c:v", "ppm", "-"],
            [
                "-q", "filesrc", $"location=\"{full}\"", "!", "decodebin", "!", "videoconvert", "!", "videorate",
                "!", "video/x-raw,format=RGB,framerate=" + rate, "!", "pnmenc", "!", "fdsink", "fd=1",
            ]))!;
        _said = _process.StandardError.ReadToEndAsync();
        _pictures = new BufferedStream(_process.StandardOutput.BaseStream, 1 << 20);
    }

    /// <summary>Size of the frames; null before the first.</summary>
    public FrameLayout? Layout { get; private set; }

    /// <summary>Reads the next frame.</summary>
    /// <param name="pixels">Receives it; made where it does not fit.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="RecordingException">The file cannot be decoded, or its size changes.</exception>
    public bool TryRead(ref byte[] pixels)
    {
        int first = _pictures.ReadByte();
        if (first < 0)
        {
            _process.WaitForExit();
            return _process.ExitCode == 0 && Layout is not null ? false : throw Failed(_said.Result.Trim());
        }

        if (first != 'P' || _pictures.ReadByte() != '6')
        {
            throw Failed("the decoder gave no picture");
        }

        var layout = new FrameLayout(Number(), Number(), PixelFormat.Rgb8);
        if (Number() != byte.MaxValue || layout.Width is < 1 or > LargestExtent
            || layout.Height is < 1 or > LargestExtent || (Layout ?? layout) != layout)
        {
            throw Failed("the size of its pictures changes, or is not supported");
        }

        Layout = layout;
        pixels = pixels.Length == layout.MaxSampleBytes ? pixels : new byte[layout.MaxSampleBytes];
        try
        {
            _pictures.ReadExactly(pixels);
        }
        catch (EndOfStreamException)
        {
            throw Failed(_said.Result.Trim());
        }

        return true;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _pictures.Dispose();
        _process.Dispose();
    }

    /// <summary>A number of a pixmap's head; takes the one character behind it, and passes over notes.</summary>
    private int Number()
    {
        var digits = new StringBuilder();
        while (digits.Length <= LongestNumber)
        {
            int next = _pictures.ReadByte();
            if (next == '#')
            {
                while (_pictures.ReadByte() is not ('\n' or -1))
                {
                }
            }
            else if (next is >= '0' and <= '9')
            {
                digits.Append((char)next);
            }
            else if (digits.Length > 0 || next < 0)
            {
                break;
            }
        }

        return int.TryParse(digits.ToString(), CultureInfo.InvariantCulture, out int number) ? number : -1;
    }

    private RecordingException Failed(string why) => new(
        $"Cannot decode the video '{_path}': {(why.Length > 0 ? why : "there is no picture in it")}");
}
