using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>Watches when a pipeline last spoke.</summary>
internal struct MediaWatch
{
    private readonly MediaPlan _plan;
    private readonly TimeSpan _silence;
    private readonly StartPatience _patience;
    private Timestamp _last;
    private bool _hasAnswered;
    private bool _hasSpoken;

    public MediaWatch(MediaPlan plan, TimeSpan silence, StartPatience patience, Timestamp start)
    {
        _plan = plan;
        _silence = silence;
        _patience = patience;
        _last = start;
        patience.Begin();
    }

    /// <summary>The source has answered, and will send.</summary>
    public void Answered(Timestamp now)
    {
        if (!_hasAnswered && !_hasSpoken)
        {
            _hasAnswered = true;
            _patience.Answered(now - _last);
            _last = now;
        }
    }

    /// <summary>A sample came.</summary>
    public void Saw(Timestamp now)
    {
        if (!_hasSpoken)
        {
            // Where both came at once, the one was not seen before the other.
            Answered(now);
            _patience.Delivered(now - _last);
        }

        _last = now;
        _hasSpoken = true;
    }

    /// <summary>Whether we come so late that the sink may have had to drop.</summary>
    public readonly bool Lags(Timestamp now, long periodNanoseconds) =>
        _hasSpoken && now.NanosecondsSince(_last) > 2 * periodNanoseconds;

    /// <exception cref="SensorException">A live source has been silent for too long.</exception>
    public readonly void CheckSilence(Timestamp now)
    {
        TimeSpan limit = _hasSpoken ? _silence
            : _hasAnswered ? _patience.SampleLimit
            : _patience.AnswerLimit;
        if (!_plan.IsLive || now - _last < limit)
        {
            return;
        }

        if (_hasAnswered && !_hasSpoken)
        {
            _patience.GaveUp();
        }

        throw new SensorException(_hasSpoken
            ? FormattableString.Invariant(
                $"Reading {_plan.What} stopped: nothing for {limit.TotalSeconds:0.#} s. It is opened again.")
            : FormattableString.Invariant(
                $"Cannot read {_plan.What}: nothing came for {limit.TotalSeconds:0.#} s after it was opened; check ")
                + "that the source sends.");
    }
}
