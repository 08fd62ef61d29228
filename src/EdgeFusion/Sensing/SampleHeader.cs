using System.Runtime.InteropServices;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing;

/// <summary>Facts about one sample that the payload does not show.</summary>
[Flags]
public enum SampleFlags
{
    /// <summary>Nothing to report.</summary>
    None = 0,

    /// <summary>Samples were lost between the previous one and this one (overrun, dropout, reconnect).</summary>
    Gap = 1,

    /// <summary>The device reported saturation.</summary>
    Clipped = 2,

    /// <summary>An encoded stream can be decoded from here on.</summary>
    Keyframe = 4,
}

/// <summary>The 32 bytes kept beside each payload in a ring.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SampleHeader
{
    /// <summary>Number of the sample since the ring began, from 0, without holes.</summary>
    public long Sequence;

    /// <summary>When the world happened; for audio the time of the first PCM frame.</summary>
    public Timestamp Capture;

    /// <summary>When the sample reached us.</summary>
    public Timestamp Arrival;

    /// <summary>Payload length in bytes.</summary>
    public int Length;

    /// <summary>Gap, clipping and so on.</summary>
    public SampleFlags Flags;
}
