using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Interop.Zstd;

/// <summary>ZSTD_CCtx.</summary>
internal sealed class ZstdCompressionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibZstd.FreeCompression(handle) == 0;
}
