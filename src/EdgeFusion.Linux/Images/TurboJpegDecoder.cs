using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.TurboJpeg;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Images;

/// <summary>Decodes JPEG images. The library's decompressor is kept, so decoding allocates nothing here.</summary>
internal sealed class TurboJpegDecoder : IDisposable
{
    private readonly TurboJpegHandle _handle;

    public TurboJpegDecoder()
    {
        _handle = LibTurboJpeg.InitDecompress();
        if (_handle.IsInvalid)
        {
            throw new RecordingException("Cannot decode JPEG images: libturbojpeg has no memory for a decompressor.");
        }
    }

    public void Decode(ReadOnlySpan<byte> jpeg, FrameLayout layout, Span<byte> pixels)
    {
        ref readonly byte source = ref MemoryMarshal.GetReference(jpeg);
        nuint length = (nuint)jpeg.Length;
        Check(LibTurboJpeg.DecompressHeader(_handle, in source, length, out int width, out int height, out _, out _));
        if (width != layout.Width || height != layout.Height)
        {
            throw new RecordingException(
                $"Cannot decode a JPEG image: it has {width} x {height} pixels, not {layout.Width} x {layout.Height}.");
        }

        int format = layout.Format switch
        {
            PixelFormat.Rgb8 => LibTurboJpeg.PixelFormatRgb,
            PixelFormat.Bgr8 => LibTurboJpeg.PixelFormatBgr,
            _ => LibTurboJpeg.PixelFormatGray,
        };
        Check(LibTurboJpeg.Decompress(
            _handle, in source, length, ref MemoryMarshal.GetReference(pixels), width, width * layout.Channels, height,
            format, flags: 0));
    }

    public void Dispose() => _handle.Dispose();

    // A warning (such as a file cut short, whose rest would be grey) is a failure too: the pixels are not the camera's.
    private void Check(int result)
    {
        if (result != 0)
        {
            string? why = Marshal.PtrToStringUTF8(LibTurboJpeg.GetError(_handle));
            throw new RecordingException($"Cannot decode a JPEG image: {why}. The image is damaged; it is left out.");
        }
    }
}
