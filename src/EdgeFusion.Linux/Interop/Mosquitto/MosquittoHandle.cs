using System.Runtime.InteropServices;

namespace EdgeFusion.Linux.Interop.Mosquitto;

/// <summary>One client of libmosquitto (struct mosquitto *).</summary>
internal sealed class MosquittoHandle : SafeHandle
{
    /// <summary>For the marshaller.</summary>
    public MosquittoHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibMosquitto.Destroy(handle);
        return true;
    }
}
