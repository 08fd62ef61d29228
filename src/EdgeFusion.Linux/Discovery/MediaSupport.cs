using System.Collections.Immutable;
using EdgeFusion.Linux.Audio;
using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Linux.Media;

namespace EdgeFusion.Linux.Discovery;

/// <summary>What of cameras and sound this machine can handle.</summary>
public sealed record MediaSupport
{
    private static readonly string[] Looked =
    [
        "v4l2src", "nvarguscamerasrc", "libcamerasrc", "rtspsrc", "souphttpsrc", "decodebin", "alsasrc", "pulsesrc",
        "pipewiresrc", "jpegdec", "avdec_h264", "v4l2h264dec", "nvv4l2decoder", "nvh264dec", "nvvidconv",
    ];

    /// <summary>Version of GStreamer; null without it.</summary>
    public string? GStreamer { get; private init; }

    /// <summary>Elements for sources, decoders and hardware that are installed.</summary>
    public ImmutableArray<string> Elements { get; private init; } = [];

    /// <summary>What is missing, with the package that has it.</summary>
    public ImmutableArray<string> Problems { get; private init; } = [];

    /// <summary>Looks; loads libraries but opens no device.</summary>
    public static MediaSupport Look()
    {
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<string>.Builder elements = ImmutableArray.CreateBuilder<string>();
        string? version = null;
        if (AlsaSensor.Probe() is { } noAlsa)
        {
            problems.Add(noAlsa);
        }

        try
        {
            GstLibrary.Start();
            version = GstLibrary.Version();
            foreach (string element in Looked)
            {
                if (GstLibrary.Has(element))
                {
                    elements.Add(element);
                }
                else if (element is "v4l2src" or "rtspsrc" or "souphttpsrc" or "decodebin" or "alsasrc" or "avdec_h264")
                {
                    problems.Add($"no {element}: apt install {ElementPackages.Of(element)}");
                }
            }
        }
        catch (SensorException fault)
        {
            problems.Add(fault.Message);
        }

        return new MediaSupport
        {
            GStreamer = version,
            Elements = elements.ToImmutable(),
            Problems = problems.ToImmutable(),
        };
    }
}
