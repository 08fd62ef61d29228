using System.Diagnostics;
using System.Globalization;

namespace EdgeFusion.Worker.Video;

/// <summary>The programs that write and read videos, each in a process of its own: a codec that falls over a file takes
/// nothing with it.</summary>
internal static class VideoPrograms
{
    private const int PerMille = 1000;

    /// <summary>Why no video can be written here; null where it can.</summary>
    public static string? WhyNotWrite() => Ffmpeg is not null || Has("x264enc", "mp4mux") ? null
        : "MP4 needs ffmpeg, or gst-launch-1.0 with x264enc: apt install ffmpeg, or apt install gstreamer1.0-tools "
            + "gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly";

    /// <summary>Why no video can be read here; null where it can.</summary>
    public static string? WhyNotRead() => Ffmpeg is not null || Has("decodebin", "pnmenc") ? null
        : "Videos need ffmpeg, or gst-launch-1.0 with pnmenc: apt install ffmpeg, or apt install gstreamer1.0-tools "
            + "gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav";

    /// <summary>The path of ffmpeg; null where there is none.</summary>
    public static string? Ffmpeg => Find("ffmpeg");

    /// <summary>A start of ffmpeg or, where there is none, of gst-launch-1.0.</summary>
    public static ProcessStartInfo Start(string[] ffmpeg, string[] gstreamer)
    {
        var start = new ProcessStartInfo(Ffmpeg ?? "gst-launch-1.0")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in Ffmpeg is null ? gstreamer : ffmpeg)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>A rate as both programs read it.</summary>
    public static string Rate(double rateHz) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Round(rateHz * PerMille)}/{PerMille}");

    private static bool Has(params string[] elements)
    {
        if (Find("gst-launch-1.0") is null || Find("gst-inspect-1.0") is not { } inspect)
        {
            return false;
        }

        foreach (string element in elements)
        {
            using Process process = Process.Start(
                new ProcessStartInfo(inspect, ["--exists", element]) { RedirectStandardError = true })!;
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static string? Find(string program)
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (File.Exists(Path.Combine(folder, program)))
            {
                return Path.Combine(folder, program);
            }
        }

        return null;
    }
}
