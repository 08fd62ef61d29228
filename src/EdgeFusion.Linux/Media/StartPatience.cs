namespace EdgeFusion.Linux.Media;

/// <summary>
/// How long the first sample of an opening is waited for. A network source that has delivered before is given a
/// multiple of what it usually takes, because an opening that met the server just as that came back can hang for
/// seconds (seen with GStreamer's RTSP server) where another is through in a tenth of one. Each wait that was in vain
/// doubles the next, so that a camera that sends a whole picture every few seconds only is never given up for good.
/// </summary>
/// <param name="longest">The wait for a source of which nothing is known, and the longest of all.</param>
/// <param name="learns">Whether the wait follows the source.</param>
/// <remarks>One thread.</remarks>
internal sealed class StartPatience(TimeSpan longest, bool learns)
{
    private const double Multiple = 8;

    // An opening that follows one given up after it delivers within 2 s of the server's being back.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1.5);

    private readonly TimeSpan _longest = longest;
    private TimeSpan _usual;
    private TimeSpan? _limit;

    /// <summary>The wait of the opening under way.</summary>
    public TimeSpan Limit => _limit ?? _longest;

    /// <summary>The first sample of an opening came.</summary>
    /// <param name="after">How long after its beginning.</param>
    public void Delivered(TimeSpan after)
    {
        // A slow one is remembered, as it may come of a busy machine or a rare whole picture, but not for ever.
        const double Kept = 0.75;
        _usual = after > _usual * Kept ? after : _usual * Kept;
        TimeSpan wanted = _usual * Multiple > Shortest ? _usual * Multiple : Shortest;
        _limit = learns && wanted < _longest ? wanted : _longest;
    }

    /// <summary>Nothing came within <see cref="Limit"/>.</summary>
    public void GaveUp() => _limit = Limit * 2 < _longest ? Limit * 2 : _longest;
}
