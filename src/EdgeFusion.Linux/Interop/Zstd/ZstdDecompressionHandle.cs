using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Interop.Zstd;

/// <summary>ZSTD_DCtx.</summary>
internal sealed class ZstdDecompressionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibZstd.FreeDecompression(handle) == 0;
}
