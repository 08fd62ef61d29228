using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Fires when a head has said a label with a probability for a time; once per episode.</summary>
/// <remarks><b>Threading.</b> One thread at a time. Allocates nothing per prediction.</remarks>
public sealed class PredictionRule
{
    private readonly string _head;
    private readonly string _label;
    private readonly double _probability;
    private readonly long _nanoseconds;
    private Timestamp? _since;
    private bool _fired;

    /// <summary>Makes a rule.</summary>
    /// <param name="head">Name of the head.</param>
    /// <param name="label">Label of that head.</param>
    /// <param name="probability">Smallest probability, 0..1.</param>
    /// <param name="duration">How long it has to last, from the end of the first such window; zero = at once.</param>
    public PredictionRule(string head, string label, double probability, TimeSpan duration)
    {
        _head = head;
        _label = label;
        _probability = probability;
        _nanoseconds = duration.Ticks * 100;
        Reason = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{head} = {label} at {probability:0.###} or more for {duration.TotalSeconds:0.###} s");
    }

    /// <summary>The rule in words.</summary>
    public string Reason { get; }

    /// <summary>Takes the next prediction.</summary>
    /// <returns>Whether the rule fires now.</returns>
    public bool Fires(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (!prediction.HasScores || !Holds(prediction))
        {
            _since = null;
            _fired = false;
            return false;
        }

        _since ??= prediction.End;
        if (_fired || prediction.End.NanosecondsSince(_since.Value) < _nanoseconds)
        {
            return false;
        }

        _fired = true;
        return true;
    }

    private bool Holds(Prediction prediction)
    {
        foreach (HeadScores head in prediction.Heads)
        {
            if (head.Head.Name != _head)
            {
                continue;
            }

            int label = head.Head.Labels.IndexOf(_label);
            return label >= 0 && head.Values[label] >= _probability;
        }

        return false;
    }
}
