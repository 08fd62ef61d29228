using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Policies;

/// <summary>A time during which a label stood.</summary>
/// <param name="Id">Number of the message that began it: unique on its topic and in its run.</param>
/// <param name="Label">Index of the label.</param>
/// <param name="Start">Start of its first window.</param>
/// <param name="End">End of its last window; so far, where it goes on.</param>
/// <param name="Windows">Windows that had the label.</param>
/// <param name="TopScore">Highest score of the label.</param>
internal readonly record struct HeadEvent(
    long Id, int Label, Timestamp Start, Timestamp End, long Windows, float TopScore);
