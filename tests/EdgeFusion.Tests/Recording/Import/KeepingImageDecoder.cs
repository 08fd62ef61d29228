using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Tests.Recording.Import;

/// <summary>Gives the first bytes of the file as pixels, so that tests see which file a sample came from.</summary>
internal sealed class KeepingImageDecoder : IImageDecoder
{
    public bool CanDecode(ImageFileKind kind) => true;

    public void Decode(in ImageFileHeader header, ReadOnlySpan<byte> encoded, FrameLayout layout, Span<byte> pixels)
    {
        pixels.Clear();
        encoded[..Math.Min(encoded.Length, pixels.Length)].CopyTo(pixels);
    }

    public void Dispose()
    {
    }
}
