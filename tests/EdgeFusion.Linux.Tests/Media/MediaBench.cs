using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Linux.Media;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Tests.Media;

/// <summary>Sensors, files and questions that the tests of GStreamer share.</summary>
internal static class MediaBench
{
    public static SensorInfo Camera(int width, int height, double rateHz = 30, PixelFormat format = PixelFormat.Rgb8) =>
        new()
        {
            Name = "camera",
            Modality = "camera",
            Layout = new FrameLayout(width, height, format),
            RateHz = rateHz,
        };

    public static SensorInfo Microphone(int rateHz = 16_000, int channels = 1, int blockFrames = 160) => new()
    {
        Name = "microphone",
        Modality = "microphone",
        Layout = new AudioLayout(channels, AudioFormat.Float32, blockFrames),
        RateHz = rateHz,
        FramesPerBlock = blockFrames,
    };

    public static GStreamerSensor Custom(SensorInfo info, string pipeline) =>
        new(info, new GStreamerOptions { Source = GStreamerSource.Custom, Pipeline = pipeline });

    /// <summary>Why GStreamer or one of these elements cannot be used here.</summary>
    public static string? WhyNot(params ReadOnlySpan<string> elements)
    {
        if (GStreamerSensor.Probe() is { } missing)
        {
            return missing;
        }

        GstLibrary.Start();
        foreach (string element in elements)
        {
            if (!GstLibrary.Has(element))
            {
                return $"GStreamer has no {element}: apt install {ElementPackages.Of(element)}";
            }
        }

        return null;
    }

    /// <summary>Runs a pipeline that writes a file, to its end.</summary>
    public static unsafe void Write(string pipeline)
    {
        GstLibrary.Start();
        GError* error = null;
        nint instance = LibGst.ParseLaunch(pipeline, &error);
        Assert.True(instance != 0 && error is null, GstLibrary.Take(error));
        using var handle = new GstObjectHandle(LibGst.ObjectRefSink(instance));
        using GstObjectHandle bus = LibGst.ElementBus(handle);
        LibGst.SetState(handle, GstState.Playing);
        nint message = 0;
        bool ended = SpinWait.SpinUntil(
            () => (message = LibGst.BusPop(bus, GstMessageType.EndOfStream | GstMessageType.Error)) != 0,
            TimeSpan.FromSeconds(20));
        LibGst.SetState(handle, GstState.Null);
        Assert.True(ended, "the test file is not finished");
        LibGst.MiniObjectUnref(message);
    }

    /// <summary>Open descriptors of this process.</summary>
    public static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
