using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Bz2;

/// <summary>libbz2: one-shot compression (bzlib.h, stable since 1.0).</summary>
internal static partial class LibBz2
{
    public const string Library = "libbz2.so.1.0";

    [LibraryImport(Library, EntryPoint = "BZ2_bzBuffToBuffCompress")]
    public static partial int Compress(
        ref byte destination, ref uint destinationLength, ref readonly byte source, uint sourceLength,
        int blockSize100k, int verbosity, int workFactor);

    [LibraryImport(Library, EntryPoint = "BZ2_bzBuffToBuffDecompress")]
    public static partial int Decompress(
        ref byte destination, ref uint destinationLength, ref readonly byte source, uint sourceLength, int small,
        int verbosity);
}
