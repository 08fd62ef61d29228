using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Lz4;

/// <summary>liblz4: the frame format (lz4frame.h, stable since 1.8).</summary>
internal static partial class LibLz4
{
    public const string Library = "liblz4.so.1";

    /// <summary>LZ4F_VERSION: version of the interface that the header describes.</summary>
    public const uint Version = 100;

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrameBound")]
    public static partial nuint CompressFrameBound(nuint sourceLength, in Lz4Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrame")]
    public static partial nuint CompressFrame(
        ref byte destination, nuint capacity, ref readonly byte source, nuint length, in Lz4Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_createDecompressionContext")]
    public static partial nuint CreateDecompression(out Lz4DecompressionHandle context, uint version);

    [LibraryImport(Library, EntryPoint = "LZ4F_freeDecompressionContext")]
    public static partial nuint FreeDecompression(nint context);

    [LibraryImport(Library, EntryPoint = "LZ4F_resetDecompressionContext")]
    public static partial void ResetDecompression(Lz4DecompressionHandle context);

    /// <summary>Both lengths are room on the way in and bytes used on the way out.</summary>
    [LibraryImport(Library, EntryPoint = "LZ4F_decompress")]
    public static partial nuint Decompress(
        Lz4DecompressionHandle context, ref byte destination, ref nuint destinationLength, ref readonly byte source,
        ref nuint sourceLength, nint options);

    [LibraryImport(Library, EntryPoint = "LZ4F_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "LZ4F_getErrorName")]
    public static partial nint GetErrorName(nuint code);
}
