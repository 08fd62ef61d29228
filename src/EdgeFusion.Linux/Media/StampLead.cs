using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>How far a live source stamps ahead: what has come was captured before it came, whatever its stamp
/// says.</summary>
/// <param name="stampsArrival">
/// Whether the source is known to stamp a block with the instant at which it comes (network audio; a test tone comes
/// when it begins): then it is a block ahead from the first one on. Learning that would move the stamps each time a
/// block comes less late than all before; that is left for sources of which nothing is known.
/// </param>
/// <remarks>One thread; hot path.</remarks>
internal sealed class StampLead(bool stampsArrival)
{
    private long _lead = -1;

    /// <summary>The capture time of a block's beginning, or of a frame.</summary>
    /// <param name="stamp">What the source says.</param>
    /// <param name="now">When it came.</param>
    /// <param name="duration">Of the block in ns; 0 for a frame.</param>
    public Timestamp Settle(Timestamp stamp, Timestamp now, long duration)
    {
        long known = stampsArrival ? duration : 0;
        long ahead = stamp.AddNanoseconds(duration).NanosecondsSince(now);
        _lead = Math.Max(_lead < 0 ? known : _lead, Math.Min(ahead, duration));

        // What is ahead by more is no habit: a network camera that stood still sends what it owes at once, and
        // GStreamer's buffer takes seconds to find back to the true time.
        Timestamp latest = now.AddNanoseconds(-duration);
        Timestamp settled = stamp.AddNanoseconds(-_lead);
        return settled < latest ? settled : latest;
    }
}
