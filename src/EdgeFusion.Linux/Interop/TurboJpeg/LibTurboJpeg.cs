using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.TurboJpeg;

/// <summary>libturbojpeg: JPEG by one call each (turbojpeg.h, API of 1.2, kept by 2.x and 3.x).</summary>
internal static partial class LibTurboJpeg
{
    public const string Library = "libturbojpeg.so.0";

    /// <summary>TJPF_RGB.</summary>
    public const int PixelFormatRgb = 0;

    /// <summary>TJPF_BGR.</summary>
    public const int PixelFormatBgr = 1;

    /// <summary>TJPF_GRAY.</summary>
    public const int PixelFormatGray = 6;

    /// <summary>TJSAMP_420: colour at half the resolution, as cameras give it.</summary>
    public const int Subsampling420 = 2;

    /// <summary>TJSAMP_GRAY.</summary>
    public const int SubsamplingGray = 3;

    /// <summary>TJFLAG_NOREALLOC.</summary>
    public const int NoReallocation = 1024;

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial TurboJpegHandle InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    public static partial TurboJpegHandle InitCompress();

    [LibraryImport(Library, EntryPoint = "tjBufSize")]
    public static partial nuint BufferSize(int width, int height, int subsampling);

    /// <summary>With TJFLAG_NOREALLOC the image goes into the buffer given, which has to be large enough.</summary>
    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    public static unsafe partial int Compress(
        TurboJpegHandle handle, ref readonly byte pixels, int width, int pitch, int height, int pixelFormat,
        byte** jpeg, ref nuint length, int subsampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static partial int DecompressHeader(
        TurboJpegHandle handle, ref readonly byte jpeg, nuint length, out int width, out int height,
        out int subsampling, out int colourSpace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static partial int Decompress(
        TurboJpegHandle handle, ref readonly byte jpeg, nuint length, ref byte pixels, int width, int pitch, int height,
        int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    public static partial nint GetError(TurboJpegHandle handle);
}
