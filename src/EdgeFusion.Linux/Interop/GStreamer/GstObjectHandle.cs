using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.GStreamer;

/// <summary>A counted GstObject: pipeline, bus or clock.</summary>
internal sealed class GstObjectHandle : SafeHandle
{
    public GstObjectHandle()
        : base(0, ownsHandle: true)
    {
    }

    public GstObjectHandle(nint instance)
        : base(0, ownsHandle: true) => SetHandle(instance);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibGst.ObjectUnref(handle);
        return true;
    }
}
