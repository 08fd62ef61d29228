using System.Runtime.InteropServices;
using EdgeFusion.Buffering;
using EdgeFusion.Models;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Windowing;

/// <summary>Small sensors, inputs and rings for tests of windows.</summary>
internal static class TestSensors
{
    public static readonly Timestamp Start = new(1_700_000_000_000_000_000);

    public static SensorInfo Vector(string name = "force", int width = 2, double rateHz = 100) => new()
    {
        Name = name,
        Modality = name,
        Layout = VectorLayout.Uniform(width, "f", "N"),
        RateHz = rateHz,
    };

    public static SensorInfo Audio(
        int channels = 1, AudioFormat format = AudioFormat.Float32, double rateHz = 1_000, int block = 10) => new()
        {
            Name = "microphone",
            Modality = "microphone",
            Layout = new AudioLayout(channels, format, block),
            RateHz = rateHz,
            FramesPerBlock = block,
        };

    public static SensorInfo Camera(int width = 4, int height = 2, double rateHz = 30) => new()
    {
        Name = "camera",
        Modality = "camera",
        Layout = new FrameLayout(width, height, PixelFormat.Rgb8),
        RateHz = rateHz,
    };

    public static ModelInput VectorInput(
        int steps, int width = 2, double rateHz = 100, Interpolation interpolation = Interpolation.Linear,
        long maxGapMs = 0, string modality = "force", GridAnchor anchor = GridAnchor.Start) => new()
        {
            Tensor = modality,
            Modality = modality,
            Kind = InputKind.Vector,
            Type = TensorType.Float32,
            Shape = [1, steps, width],
            Layout = "NTC",
            RateHz = rateHz,
            Interpolation = interpolation,
            Anchor = anchor,
            MaxGapNanoseconds = maxGapMs * 1_000_000,
        };

    public static ModelInput AudioInput(int steps, double rateHz = 1_000) => new()
    {
        Tensor = "microphone",
        Modality = "microphone",
        Kind = InputKind.Audio,
        Type = TensorType.Float32,
        Shape = [1, steps],
        Layout = "NT",
        RateHz = rateHz,
    };

    public static ModelInput CameraInput(int steps, int height, int width, double rateHz, long maxGapMs = 100) => new()
    {
        Tensor = "camera",
        Modality = "camera",
        Kind = InputKind.Frames,
        Type = TensorType.UInt8,
        Shape = [1, steps, height, width, 3],
        Layout = "NTHWC",
        RateHz = rateHz,
        Anchor = GridAnchor.Center,
        Interpolation = Interpolation.Nearest,
        MaxGapNanoseconds = maxGapMs * 1_000_000,
    };

    public static ModelManifest Manifest(params ModelInput[] inputs) => new()
    {
        Schema = 1,
        Name = "test",
        Version = "1.0.0",
        Window = new WindowShape(1_000_000_000, 100_000_000, 50_000_000),
        Inputs = [.. inputs],
        Mask = new MaskInput("avail"),
        Heads = [new() { Name = "h", Kind = HeadKind.Classification, Tensor = "logits", Labels = ["a", "b"] }],
    };

    public static void Put(SensorRing ring, double atMs, params float[] values) =>
        Put(ring, atMs, atMs, SampleFlags.None, values);

    public static void Put(SensorRing ring, double atMs, double arrivalMs, SampleFlags flags, params float[] values)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        bytes.CopyTo(ring.Claim());
        ring.Publish(At(atMs), At(arrivalMs), bytes.Length, flags);
    }

    public static Timestamp At(double milliseconds) => Start.AddNanoseconds((long)Math.Round(milliseconds * 1e6));
}
