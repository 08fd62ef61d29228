using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Interop.Lz4;

/// <summary>LZ4F_dctx.</summary>
internal sealed class Lz4DecompressionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibLz4.IsError(LibLz4.FreeDecompression(handle)) == 0;
}
