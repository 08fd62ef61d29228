using System.Runtime.InteropServices;

namespace EdgeFusion.Buffering;

/// <summary>
/// The two shared indices of a ring, each alone on its cache lines: readers poll <see cref="Published"/> while the
/// writer moves <see cref="Claimed"/>. 128 bytes apart, because adjacent lines are prefetched in pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct RingCounters
{
    /// <summary>Samples published; written by the writer only.</summary>
    [FieldOffset(128)]
    public long Published;

    /// <summary>Samples claimed: Published, or one more while a slot is being filled.</summary>
    [FieldOffset(256)]
    public long Claimed;
}
