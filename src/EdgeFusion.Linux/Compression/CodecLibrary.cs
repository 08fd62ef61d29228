using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Compression;

/// <summary>Looks for the libraries of the codecs.</summary>
internal static class CodecLibrary
{
    /// <summary>Why a library cannot be used; null where it can.</summary>
    public static string? Probe(string library, string package)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
            return $"{library} not found, needed for compressed recordings; apt install {package}";
        NativeLibrary.Free(handle);
        return null;
    }
}
