using System.Collections.Immutable;

namespace EdgeFusion.Sensing;

/// <summary>What one sample of a sensor holds: an image, a block of audio or a vector of numbers.</summary>
/// <remarks>Exactly three layouts exist: <see cref="FrameLayout"/>, <see cref="AudioLayout"/>,
/// <see cref="VectorLayout"/>.</remarks>
public abstract record SampleLayout
{
    private protected SampleLayout()
    {
    }

    /// <summary>The largest payload of one sample in bytes; the size of a ring slot.</summary>
    public abstract int MaxSampleBytes { get; }
}

/// <summary>Order and number of the 8-bit channels of a pixel.</summary>
public enum PixelFormat
{
    /// <summary>Three bytes: red, green, blue.</summary>
    Rgb8,

    /// <summary>Three bytes: blue, green, red.</summary>
    Bgr8,

    /// <summary>One byte: luminance.</summary>
    Gray8,
}

/// <summary>
/// Images of a fixed size, uint8, height x width x channels (HWC), rows top to bottom without padding.
/// </summary>
/// <param name="Width">Width in pixels, 1..16384.</param>
/// <param name="Height">Height in pixels, 1..16384.</param>
/// <param name="Format">Channels of a pixel.</param>
public sealed record FrameLayout(int Width, int Height, PixelFormat Format) : SampleLayout
{
    /// <summary>Bytes per pixel: 1 or 3.</summary>
    public int Channels => Format == PixelFormat.Gray8 ? 1 : 3;

    /// <inheritdoc/>
    public override int MaxSampleBytes => checked(Width * Height * Channels);
}

/// <summary>Number format of PCM samples, always little endian and interleaved.</summary>
public enum AudioFormat
{
    /// <summary>32-bit IEEE float, full scale -1..1.</summary>
    Float32,

    /// <summary>16-bit signed integer, full scale -32768..32767.</summary>
    Int16,
}

/// <summary>
/// PCM audio in blocks. One ring slot holds one block of up to <paramref name="MaxFramesPerBlock"/> frames (a frame is
/// one value per channel); the block's capture time is that of its first frame.
/// </summary>
/// <param name="Channels">Interleaved channels, 1..64.</param>
/// <param name="Format">Number format.</param>
/// <param name="MaxFramesPerBlock">Largest block in frames; a shorter block is legal.</param>
public sealed record AudioLayout(int Channels, AudioFormat Format, int MaxFramesPerBlock) : SampleLayout
{
    /// <summary>Bytes of one frame (all channels).</summary>
    public int FrameBytes => Channels * (Format == AudioFormat.Float32 ? sizeof(float) : sizeof(short));

    /// <inheritdoc/>
    public override int MaxSampleBytes => checked(MaxFramesPerBlock * FrameBytes);
}

/// <summary>Vectors of 32-bit floats, little endian: a wrench, joint states, or any feature vector.</summary>
/// <param name="Elements">Name of each element, e.g. fx fy fz tx ty tz.</param>
/// <param name="Units">SI unit of each element, as long as <paramref name="Elements"/>: N, Nm, rad, rad/s, m/s^2, 1
/// ...</param>
public sealed record VectorLayout(ImmutableArray<string> Elements, ImmutableArray<string> Units) : SampleLayout
{
    /// <summary>Number of elements.</summary>
    public int Width => Elements.Length;

    /// <inheritdoc/>
    public override int MaxSampleBytes => checked(Width * sizeof(float));

    /// <summary>A layout of <paramref name="width"/> elements named prefix0, prefix1 ..., all of one unit.</summary>
    public static VectorLayout Uniform(int width, string prefix, string unit)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>(width);
        ImmutableArray<string>.Builder units = ImmutableArray.CreateBuilder<string>(width);
        for (int i = 0; i < width; i++)
        {
            names.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}{i}"));
            units.Add(unit);
        }

        return new VectorLayout(names.MoveToImmutable(), units.MoveToImmutable());
    }

    /// <summary>Element-wise equality of names and units.</summary>
    public bool Equals(VectorLayout? other) =>
        other is not null && Elements.AsSpan().SequenceEqual(other.Elements.AsSpan())
        && Units.AsSpan().SequenceEqual(other.Units.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (string element in Elements)
        {
            hash.Add(element);
        }

        return hash.ToHashCode();
    }
}
