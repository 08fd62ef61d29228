using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Linux.Interop.TurboJpeg;

/// <summary>tjhandle.</summary>
internal sealed class TurboJpegHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => LibTurboJpeg.Destroy(handle) == 0;
}
