using EdgeFusion.Models;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing;

/// <summary>Where windows lie on the timeline: window k covers [origin + k hop, origin + k hop + length).</summary>
/// <param name="Origin">Start of window 0.</param>
/// <param name="Shape">Length, hop and deadline.</param>
public readonly record struct WindowGrid(Timestamp Origin, WindowShape Shape)
{
    /// <summary>First instant of a window.</summary>
    public Timestamp Start(long window) => Origin.AddNanoseconds(window * Shape.HopNanoseconds);

    /// <summary>End of a window.</summary>
    public Timestamp End(long window) => Start(window).AddNanoseconds(Shape.LengthNanoseconds);

    /// <summary>When a window leaves at the latest.</summary>
    public Timestamp Due(long window) => End(window).AddNanoseconds(Shape.DeadlineNanoseconds);

    /// <summary>The newest window that is due at an instant; negative before the first.</summary>
    public long NewestDue(Timestamp now)
    {
        long sinceFirst = now.NanosecondsSince(Due(0));
        return sinceFirst < 0 ? -1 : sinceFirst / Shape.HopNanoseconds;
    }
}
