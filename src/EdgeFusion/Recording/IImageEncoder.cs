using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>Port: compresses camera frames for recordings.</summary>
/// <remarks><b>Threading.</b> One thread at a time. Allocates nothing per image.</remarks>
public interface IImageEncoder : IDisposable
{
    /// <summary>The most bytes that an image of a layout can take.</summary>
    int MaxBytes(FrameLayout layout);

    /// <summary>Compresses one image.</summary>
    /// <param name="layout">Its size and pixel format.</param>
    /// <param name="pixels">Exactly <see cref="FrameLayout.MaxSampleBytes"/> bytes.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="RecordingException">The library reports an error.</exception>
    int Encode(FrameLayout layout, ReadOnlySpan<byte> pixels, Span<byte> destination);
}
