using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Zstd;

/// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which lie alike.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ZstdBuffer
{
    /// <summary>First byte.</summary>
    public nint Start;

    /// <summary>Bytes in all.</summary>
    public nuint Length;

    /// <summary>Bytes used.</summary>
    public nuint Position;
}
