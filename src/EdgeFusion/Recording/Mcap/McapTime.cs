using EdgeFusion.Time;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Conversion between MCAP times (unsigned 64-bit ns since the epoch) and <see cref="Timestamp"/> (signed). Both ends
/// saturate: a file may carry any number, and none of them may wrap into a plausible instant.
/// </summary>
public static class McapTime
{
    /// <summary>The instant; times past the year 2262 become <see cref="Timestamp.MaxValue"/>.</summary>
    public static Timestamp ToTimestamp(ulong nanoseconds) => new((long)Math.Min(nanoseconds, long.MaxValue));

    /// <summary>The MCAP time; instants before 1970 become 0.</summary>
    public static ulong FromTimestamp(Timestamp timestamp) => (ulong)Math.Max(timestamp.Nanoseconds, 0);
}
