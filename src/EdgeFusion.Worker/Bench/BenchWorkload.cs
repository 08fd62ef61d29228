using System.Collections.Immutable;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>
/// The workload by which peers were measured: image 224x224x3 at 30 Hz, audio 16 kHz float in 10 ms blocks, 6 floats
/// at 1 kHz, 14 floats at 500 Hz; windows of the last second at 10 Hz with the newest image. 1,630 messages/s.
/// </summary>
internal static class BenchWorkload
{
    public const int ImageSide = 224;
    public const int AudioRateHz = 16_000;
    public const int AudioBlock = 160;
    public const int ForceRateHz = 1_000;
    public const int JointRateHz = 500;

    public static ImmutableArray<SensorInfo> Sensors { get; } =
    [
        new()
        {
            Name = "camera",
            Modality = "camera",
            Layout = new FrameLayout(ImageSide, ImageSide, PixelFormat.Rgb8),
            RateHz = 30,
        },
        new()
        {
            Name = "microphone",
            Modality = "microphone",
            Layout = new AudioLayout(1, AudioFormat.Float32, AudioBlock),
            RateHz = AudioRateHz,
            FramesPerBlock = AudioBlock,
        },
        new()
        {
            Name = "force",
            Modality = "force",
            Layout = VectorLayout.Uniform(6, "f", "N"),
            RateHz = ForceRateHz,
        },
        new()
        {
            Name = "joints",
            Modality = "proprioception",
            Layout = VectorLayout.Uniform(14, "q", "rad"),
            RateHz = JointRateHz,
        },
    ];

    public static ModelManifest Manifest { get; } = new()
    {
        Schema = 1,
        Name = "bench",
        Version = "1.0.0",
        Window = new WindowShape(1_000_000_000, 100_000_000, 50_000_000),
        Inputs =
        [
            new()
            {
                Tensor = "camera",
                Modality = "camera",
                Kind = InputKind.Frames,
                Type = TensorType.UInt8,
                Shape = [1, 1, ImageSide, ImageSide, 3],
                Layout = "NTHWC",
                RateHz = 1,
                Anchor = GridAnchor.End,
                Interpolation = Interpolation.Nearest,
                MaxGapNanoseconds = 100_000_000,
            },
            new()
            {
                Tensor = "microphone",
                Modality = "microphone",
                Kind = InputKind.Audio,
                Type = TensorType.Float32,
                Shape = [1, AudioRateHz],
                Layout = "NT",
                RateHz = AudioRateHz,
            },
            Vector("force", 6, ForceRateHz),
            Vector("proprioception", 14, JointRateHz),
        ],
        Mask = new MaskInput("avail"),
        Heads =
        [
            new() { Name = "none", Kind = HeadKind.Classification, Tensor = "logits", Labels = ["a", "b"] },
        ],
    };

    /// <summary>Nanoseconds from the grid's first instant to the capture of a sample.</summary>
    public static long CaptureNanoseconds(SensorInfo info, long index)
    {
        double captured = index * info.FramesPerBlock * (double)Timestamp.NanosecondsPerSecond / info.RateHz;
        return (long)Math.Round(captured);
    }

    /// <summary>Nanoseconds from capture to arrival: an audio block arrives when it is full, all else at
    /// once.</summary>
    public static long Transport(SensorInfo info) => info.Layout is AudioLayout ? info.PeriodNanoseconds : 0;

    private static ModelInput Vector(string modality, int width, int rateHz) => new()
    {
        Tensor = modality,
        Modality = modality,
        Kind = InputKind.Vector,
        Type = TensorType.Float32,
        Shape = [1, rateHz, width],
        Layout = "NTC",
        RateHz = rateHz,
    };
}
