using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Policies;

/// <summary>Makes events of a head's labels: one at a time, from when a label stands until it is gone.</summary>
/// <remarks>Allocates nothing.</remarks>
internal sealed class EventDetector
{
    private const int Nothing = -1;

    private readonly HeadPublishOptions _options;
    private readonly bool[] _counts;
    private readonly float _threshold;
    private HeadEvent _current;
    private int _active = Nothing;
    private int _candidate = Nothing;
    private Timestamp _candidateSince;
    private Timestamp _candidateStart;
    private long _candidateWindows;
    private float _candidateTop;
    private Timestamp _told;

    public EventDetector(ModelHead head, HeadPublishOptions options)
    {
        _options = options;
        _threshold = (float)(options.Threshold ?? HeadPublishOptions.DefaultScore);
        _counts = new bool[head.Labels.Length];
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] = options.Labels.IsEmpty || options.Labels.Contains(head.Labels[i]);
        }
    }

    /// <summary>The event that goes on.</summary>
    public HeadEvent Current => _current;

    /// <summary>The event that has just ended.</summary>
    public HeadEvent Ended { get; private set; }

    public void Reset()
    {
        _active = Nothing;
        _candidate = Nothing;
    }

    /// <summary>The event that has just begun gets its number.</summary>
    public void Name(long id) => _current = _current with { Id = id };

    /// <summary>Takes a window.</summary>
    public EventSteps Judge(Prediction prediction, HeadScores scores)
    {
        Timestamp now = prediction.End;
        int label = Label(prediction, scores);
        Follow(label, prediction, scores);
        var steps = EventSteps.None;
        if (_active != Nothing && label == _active)
        {
            _current = _current with
            {
                End = now,
                Windows = _current.Windows + 1,
                TopScore = MathF.Max(_current.TopScore, scores.Values[label]),
            };
            if (_options.MaxInterval > TimeSpan.Zero && now - _told >= _options.MaxInterval)
            {
                _told = now;
                steps = EventSteps.Update;
            }
        }
        else if (_active != Nothing && now - _current.End >= _options.MinInterval)
        {
            Ended = _current;
            _active = Nothing;
            steps = EventSteps.End;
        }

        if (_active == Nothing && label != Nothing && now - _candidateSince >= _options.MinInterval)
        {
            _active = label;
            _told = now;
            _current = new HeadEvent(0, label, _candidateStart, now, _candidateWindows, _candidateTop);
            steps |= EventSteps.Start;
        }

        return steps;
    }

    private int Label(Prediction prediction, HeadScores scores) =>
        prediction.HasScores && _counts[scores.Best] && scores.Values[scores.Best] >= _threshold
            ? scores.Best
            : Nothing;

    /// <summary>How long the label of this window has stood.</summary>
    private void Follow(int label, Prediction prediction, HeadScores scores)
    {
        if (label != _candidate)
        {
            _candidate = label;
            _candidateSince = prediction.End;
            _candidateStart = prediction.Start;
            _candidateWindows = 0;
            _candidateTop = 0;
        }

        if (label != Nothing)
        {
            _candidateWindows++;
            _candidateTop = MathF.Max(_candidateTop, scores.Values[label]);
        }
    }
}
