using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>Decodes compressed images of recordings (JPEG, PNG) into pixels.</summary>
/// <remarks>
/// The core has read the size from the file's own header and refused absurd ones before it calls; an adapter checks
/// that its library sees the same size. <b>Threading.</b> One thread at a time.
/// </remarks>
public interface IImageDecoder : IDisposable
{
    /// <summary>Whether this build and machine can decode a kind of file.</summary>
    bool CanDecode(ImageFileKind kind);

    /// <summary>Decodes one image straight into its place.</summary>
    /// <param name="header">What the file's header says.</param>
    /// <param name="encoded">The whole file.</param>
    /// <param name="layout">Wanted size (equal to the header's) and pixel format.</param>
    /// <param name="pixels">Exactly <see cref="FrameLayout.MaxSampleBytes"/> bytes.</param>
    /// <exception cref="RecordingException">The image is damaged or of a kind that cannot be decoded.</exception>
    void Decode(in ImageFileHeader header, ReadOnlySpan<byte> encoded, FrameLayout layout, Span<byte> pixels);
}
