using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// Joins the context of consecutive predictions to stretches of time, so that a recording carries them as labels too:
/// where decisions are taken afresh, or windows are cut for training, each window finds its context again.
/// </summary>
/// <remarks>A stretch begins at the middle of the first window that had the label and ends at the middle of the first
/// that had another: those are the instants that <see cref="RecordedContext"/> asks for. <b>Threading.</b> One
/// thread.</remarks>
internal sealed class ContextSpans
{
    private readonly List<LabelSpan> _ended = [];
    private Prediction? _last;
    private Timestamp[] _begin = [];

    /// <summary>Takes the next prediction.</summary>
    /// <returns>The stretches that ended with it; valid until the next call.</returns>
    public List<LabelSpan> Next(Prediction prediction)
    {
        _ended.Clear();
        if (prediction.Context.Length == 0)
        {
            return _ended;
        }

        Timestamp middle = RecordedContext.Middle(prediction.Start, prediction.End);
        if (_last is null)
        {
            _last = new Prediction(prediction.Manifest);
            _begin = new Timestamp[prediction.Context.Length];
        }

        for (int i = 0; i < prediction.Context.Length; i++)
        {
            if (prediction.Context[i] != _last.Context[i])
            {
                End(i, middle);
                _begin[i] = middle;
            }
        }

        _last.CopyFrom(prediction);
        return _ended;
    }

    /// <summary>Ends the stretches that are open, at the end of the last window.</summary>
    public List<LabelSpan> Finish()
    {
        _ended.Clear();
        for (int i = 0; i < _begin.Length; i++)
        {
            End(i, _last!.End);
            _last.Context[i] = -1;
        }

        return _ended;
    }

    private void End(int index, Timestamp end)
    {
        int label = _last!.Context[index];
        if (label >= 0)
        {
            Models.ContextInput context = _last.Manifest.Context[index];
            _ended.Add(new LabelSpan(context.Name, context.Labels[label], _begin[index], end));
        }
    }
}
