using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.Png;
using EdgeFusion.Linux.Interop.TurboJpeg;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Images;

/// <summary>JPEG by libturbojpeg and PNG by libpng, each straight into its place.</summary>
/// <remarks><b>Threading.</b> One thread at a time. A library is needed only when its kind of image occurs.</remarks>
public sealed class LinuxImageDecoder : IImageDecoder
{
    private readonly Lazy<bool> _hasJpeg = new(() => IsInstalled(LibTurboJpeg.Library));
    private readonly Lazy<bool> _hasPng = new(() => IsInstalled(LibPng.Library));
    private TurboJpegDecoder? _jpeg;

    /// <inheritdoc/>
    public bool CanDecode(ImageFileKind kind) => kind switch
    {
        ImageFileKind.Jpeg => _hasJpeg.Value,
        ImageFileKind.Png => _hasPng.Value,
        _ => false,
    };

    /// <inheritdoc/>
    public void Decode(in ImageFileHeader header, ReadOnlySpan<byte> encoded, FrameLayout layout, Span<byte> pixels)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, layout.MaxSampleBytes);
        if (!CanDecode(header.Kind))
        {
            throw new RecordingException(header.Kind == ImageFileKind.Jpeg
                ? $"Cannot decode a JPEG image: {LibTurboJpeg.Library} is not installed. Run: apt install libturbojpeg0"
                : $"Cannot decode a PNG image: {LibPng.Library} is not installed. Run: apt install libpng16-16");
        }

        if (header.Kind == ImageFileKind.Jpeg)
        {
            _jpeg ??= new TurboJpegDecoder();
            _jpeg.Decode(encoded, layout, pixels);
        }
        else
        {
            PngDecoder.Decode(encoded, layout, pixels);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _jpeg?.Dispose();
        _jpeg = null;
    }

    private static bool IsInstalled(string library)
    {
        bool isThere = NativeLibrary.TryLoad(library, out nint handle);
        if (isThere)
        {
            NativeLibrary.Free(handle);
        }

        return isThere;
    }
}
