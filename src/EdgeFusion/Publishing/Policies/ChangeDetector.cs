using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Policies;

/// <summary>Compares each answer of a head with the last one published.</summary>
/// <remarks>Comparing with what was published, not with the window before, keeps a slow drift from going unseen and
/// an answer that wavers around a threshold from being published all the time. Allocates nothing.</remarks>
internal sealed class ChangeDetector(ModelHead head, HeadPublishOptions options)
{
    private readonly float[] _published = new float[head.Labels.Length];
    private readonly float _threshold = (float)(options.Threshold ?? HeadPublishOptions.DefaultChange);
    private PredictionQuality _quality;
    private int _best;
    private Timestamp _at;
    private bool _any;

    public void Reset() => _any = false;

    /// <summary>Why to publish; null for not.</summary>
    public PublishReason? Judge(Prediction prediction, HeadScores scores)
    {
        PublishReason? reason = Reason(prediction, scores);
        if (reason is not null)
        {
            _any = true;
            _at = prediction.End;
            _quality = prediction.Quality;
            _best = scores.Best;
            scores.Values.AsSpan().CopyTo(_published);
        }

        return reason;
    }

    private PublishReason? Reason(Prediction prediction, HeadScores scores)
    {
        if (!_any)
        {
            return PublishReason.Change;
        }

        TimeSpan since = prediction.End - _at;
        if (since < options.MinInterval)
        {
            return null;
        }

        if (prediction.Quality != _quality || (prediction.HasScores && Differs(scores)))
        {
            return PublishReason.Change;
        }

        return options.MaxInterval > TimeSpan.Zero && since >= options.MaxInterval ? PublishReason.Interval : null;
    }

    private bool Differs(HeadScores scores)
    {
        if (head.Kind == HeadKind.Classification && scores.Best != _best)
        {
            return true;
        }

        for (int i = 0; i < _published.Length; i++)
        {
            float now = scores.Values[i];
            bool known = float.IsFinite(now);
            if (known != float.IsFinite(_published[i]) || (known && MathF.Abs(now - _published[i]) >= _threshold))
            {
                return true;
            }
        }

        return false;
    }
}
