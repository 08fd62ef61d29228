using System.Runtime.InteropServices;
using EdgeFusion.Linux.Interop.TurboJpeg;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;

namespace EdgeFusion.Linux.Images;

/// <summary>JPEG by libturbojpeg, straight into its place.</summary>
/// <remarks><b>Threading.</b> One thread at a time.</remarks>
public sealed class TurboJpegEncoder : IImageEncoder
{
    private readonly int _quality;
    private readonly TurboJpegHandle _handle;

    /// <summary>Prepares the library.</summary>
    /// <param name="quality">1 (small) to 100 (faithful). Default 90.</param>
    /// <exception cref="RecordingException">The library is not installed.</exception>
    public TurboJpegEncoder(int quality = 90)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        if (Probe() is { } fault)
        {
            throw new RecordingException(fault);
        }

        _quality = quality;
        _handle = LibTurboJpeg.InitCompress();
        if (_handle.IsInvalid)
        {
            throw new RecordingException("Cannot write JPEG images: libturbojpeg has no memory for a compressor.");
        }
    }

    /// <summary>Why the library cannot be used; null where it can.</summary>
    public static string? Probe()
    {
        if (!NativeLibrary.TryLoad(LibTurboJpeg.Library, out nint handle))
        {
            return $"Cannot write JPEG images: {LibTurboJpeg.Library} is not installed. Run: apt install libturbojpeg0";
        }

        NativeLibrary.Free(handle);
        return null;
    }

    /// <inheritdoc/>
    public int MaxBytes(FrameLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked((int)LibTurboJpeg.BufferSize(layout.Width, layout.Height, Subsampling(layout)));
    }

    /// <inheritdoc/>
    public unsafe int Encode(FrameLayout layout, ReadOnlySpan<byte> pixels, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, layout.MaxSampleBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxBytes(layout));
        int format = layout.Format switch
        {
            PixelFormat.Rgb8 => LibTurboJpeg.PixelFormatRgb,
            PixelFormat.Bgr8 => LibTurboJpeg.PixelFormatBgr,
            _ => LibTurboJpeg.PixelFormatGray,
        };
        nuint length = (nuint)destination.Length;
        int result;
        fixed (byte* start = destination)
        {
            byte* jpeg = start;
            result = LibTurboJpeg.Compress(
                _handle, in MemoryMarshal.GetReference(pixels), layout.Width, layout.Width * layout.Channels,
                layout.Height, format, &jpeg, ref length, Subsampling(layout), _quality, LibTurboJpeg.NoReallocation);
        }

        return result == 0
            ? (int)length
            : throw new RecordingException(
                $"Cannot write a JPEG image: {Marshal.PtrToStringUTF8(LibTurboJpeg.GetError(_handle))}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static int Subsampling(FrameLayout layout) =>
        layout.Channels == 1 ? LibTurboJpeg.SubsamplingGray : LibTurboJpeg.Subsampling420;
}
