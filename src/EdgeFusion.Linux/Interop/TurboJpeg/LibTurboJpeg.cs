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

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial TurboJpegHandle InitDecompress();

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
