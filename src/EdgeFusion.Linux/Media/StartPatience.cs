namespace EdgeFusion.Linux.Media;

/// <summary>
/// How long an opening may take until the source answers, and from then on until the first sample. A network source
/// that has delivered before is given a multiple of what it usually takes, because an opening that met the server just
/// as that went on after a stop can hang for seconds (seen with GStreamer's RTSP server) where another is through in a
/// tenth of one.
/// </summary>
/// <remarks>
/// A server that does not answer may be stopped, so that the wait for the answer says nothing about the source: its
/// limit follows the quickest answers and stays short. A server that answers is alive, so that the wait for the sample
/// follows the slowest ones, and each in vain doubles the next: a camera may send a whole picture every few seconds
/// only. Every fourth opening in a row has the whole time for both, so that nothing is given up for good. One thread.
/// </remarks>
/// <param name="longest">The wait for a source of which nothing is known, and the longest of all.</param>
/// <param name="learns">Whether the waits follow the source.</param>
internal sealed class StartPatience(TimeSpan longest, bool learns)
{
    private const double Multiple = 8;
    private const int WholeTimeEach = 4;

    // An opening that follows one given up after it delivers within 2 s of the server's being back.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1.5);

    private readonly TimeSpan _longest = longest;
    private TimeSpan? _usualAnswer;
    private TimeSpan _usualSample;
    private TimeSpan? _sampleLimit;
    private int _openings;

    /// <summary>How long the opening under way may wait for the answer.</summary>
    public TimeSpan AnswerLimit =>
        _usualAnswer is { } usual && !HasWholeTime ? AtMostLongest(usual * Multiple) : _longest;

    /// <summary>How long the opening under way may wait for the first sample, from the answer on.</summary>
    public TimeSpan SampleLimit => HasWholeTime ? _longest : _sampleLimit ?? _longest;

    private bool HasWholeTime => _openings > 0 && _openings % WholeTimeEach == 0;

    /// <summary>An opening begins.</summary>
    public void Begin() => _openings++;

    /// <summary>The source answered.</summary>
    /// <param name="after">How long after the opening's beginning.</param>
    public void Answered(TimeSpan after)
    {
        // A slower one counts a little: a source may become slow, but a stopped server makes slow answers, too.
        const double Rise = 1.0 / 32;
        _usualAnswer = !learns ? null
            : _usualAnswer is { } usual && after > usual ? usual + ((after - usual) * Rise) : after;
    }

    /// <summary>The first sample of an opening came.</summary>
    /// <param name="after">How long after the answer.</param>
    public void Delivered(TimeSpan after)
    {
        // A slow one is remembered, as it may come of a busy machine or a rare whole picture, but not for ever.
        const double Kept = 0.75;
        _usualSample = after > _usualSample * Kept ? after : _usualSample * Kept;
        _sampleLimit = learns ? AtMostLongest(_usualSample * Multiple) : null;
        _openings = 0;
    }

    /// <summary>No sample came within <see cref="SampleLimit"/> of the answer.</summary>
    public void GaveUp() => _sampleLimit = SampleLimit * 2 < _longest ? SampleLimit * 2 : _longest;

    private TimeSpan AtMostLongest(TimeSpan wanted)
    {
        TimeSpan atLeast = wanted > Shortest ? wanted : Shortest;
        return atLeast < _longest ? atLeast : _longest;
    }
}
