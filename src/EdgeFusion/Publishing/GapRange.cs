namespace EdgeFusion.Publishing;

/// <summary>Messages of one topic and one run that will never be delivered.</summary>
/// <param name="Topic">Their topic.</param>
/// <param name="Epoch">Their run.</param>
/// <param name="From">First number.</param>
/// <param name="To">Last number, inclusive.</param>
/// <param name="Reason">Why.</param>
public readonly record struct GapRange(string Topic, long Epoch, long From, long To, GapReason Reason)
{
    /// <summary>How many.</summary>
    public long Count => To - From + 1;
}
