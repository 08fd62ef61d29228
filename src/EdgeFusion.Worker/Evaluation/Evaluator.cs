using System.Collections.Immutable;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime.Parity;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Windows;
using EdgeFusion.Windowing;

namespace EdgeFusion.Worker.Evaluation;

/// <summary>
/// Runs a model over the labelled windows of recordings, with each of several subsets of its sensors, and keeps count.
/// </summary>
/// <remarks>
/// A window counts for a head where one label of that head covers all of it. A sensor outside the subset is as if it
/// were missing: mask 0 and a tensor of zeros. <b>Threading.</b> One thread.
/// </remarks>
internal sealed class Evaluator : IWindowSink
{
    private readonly ModelManifest _manifest;
    private readonly IInferenceEngine _engine;
    private readonly IInferenceEngine? _reference;
    private readonly int _stride;
    private readonly Prediction _prediction;
    private readonly HashSet<string> _answered;
    private readonly string?[] _truths;
    private readonly float[][] _values;
    private readonly List<(string Head, string Label)> _others = [];
    private LabelTrack _labels = new();
    private string _recording = "";

    /// <param name="engine">The engine to evaluate.</param>
    /// <param name="masks">Subsets of the sensors.</param>
    /// <param name="stride">Take every n-th window of the grid.</param>
    /// <param name="reference">Engine whose decisions are compared, of the same model; null for none.</param>
    public Evaluator(
        IInferenceEngine engine, ImmutableArray<EvaluationMask> masks, int stride, IInferenceEngine? reference = null)
    {
        _engine = engine;
        _reference = reference;
        _manifest = engine.Manifest;
        _stride = stride;
        _prediction = new Prediction(_manifest);
        _answered = [.. _manifest.Heads.Select(head => head.Name)];
        _truths = new string?[_manifest.Heads.Length];
        _values = [.. _manifest.Heads.Select(head => new float[head.Labels.Length])];
        Masks = [.. masks.Select(mask => new MaskEvaluation(_manifest, mask))];
    }

    /// <summary>What came out, per subset.</summary>
    public ImmutableArray<MaskEvaluation> Masks { get; }

    /// <summary>Windows with a label that some head knows.</summary>
    public long Labelled { get; private set; }

    /// <summary>Labels that no head knows, by "head=label".</summary>
    public SortedSet<string> UnknownLabels { get; } = new(StringComparer.Ordinal);

    /// <summary>Begins the next recording.</summary>
    /// <param name="name">Its name; stands for the object where no label names that.</param>
    /// <param name="labels">Its labels.</param>
    public void Begin(string name, LabelTrack labels)
    {
        _recording = name;
        _labels = labels;
    }

    /// <inheritdoc/>
    public void Write(WindowCut cut, TensorArena arena, ReadOnlySpan<ModalityState> states)
    {
        if (cut.Window % _stride != 0 || !FindLabels(cut))
        {
            return;
        }

        Labelled++;
        string pool = _labels.Covering(WindowFile.GroupHead, cut.Start, cut.End) ?? _recording;
        if (_labels.Covering(WindowFile.TrialHead, cut.Start, cut.End) is { } trial)
        {
            pool += "\n" + trial;
        }

        foreach (MaskEvaluation mask in Masks)
        {
            if (Answer(mask.Mask, cut, arena, states))
            {
                Count(mask, pool);
                Compare(mask);
            }
            else
            {
                mask.Unanswered++;
            }
        }
    }

    private bool FindLabels(WindowCut cut)
    {
        bool any = false;
        for (int i = 0; i < _truths.Length; i++)
        {
            ModelHead head = _manifest.Heads[i];
            _truths[i] = _labels.Covering(head.Name, cut.Start, cut.End);
            if (_truths[i] is not { } truth)
            {
                continue;
            }

            bool known = head.Kind == HeadKind.Regression
                ? RegressionLabel.TryParse(truth, _values[i])
                : head.Labels.Contains(truth);
            if (!known)
            {
                UnknownLabels.Add(head.Name + "=" + truth);
                _truths[i] = null;
            }

            any |= known;
        }

        _others.Clear();
        foreach (string head in any ? _labels.Heads : [])
        {
            if (head is not (WindowFile.GroupHead or WindowFile.TrialHead) && !_answered.Contains(head)
                && _labels.Covering(head, cut.Start, cut.End) is { } label)
            {
                _others.Add((head, label));
            }
        }

        return any;
    }

    private bool Answer(EvaluationMask mask, WindowCut cut, TensorArena arena, ReadOnlySpan<ModalityState> states)
    {
        int present = 0;
        for (int i = 0; i < states.Length; i++)
        {
            _prediction.Modalities[i] = states[i];
            bool here = mask.Keep[i] && states[i].Presence == Presence.Present;
            if (here)
            {
                present++;
                arena.Bytes(i).CopyTo(_engine.Arena.Bytes(i));
            }
            else
            {
                _engine.Arena.Bytes(i).Clear();
                _prediction.Modalities[i].Presence = Presence.Missing;
            }

            if (_engine.Arena.MaskIndex >= 0)
            {
                _engine.Arena.Floats(_engine.Arena.MaskIndex)[i] = here ? 1 : 0;
            }
        }

        foreach (int slot in arena.ContextIndices)
        {
            arena.Bytes(slot).CopyTo(_engine.Arena.Bytes(slot));
        }

        _prediction.Start = cut.Start;
        _prediction.End = cut.End;
        _prediction.Quality = present == 0 ? PredictionQuality.NoInput
            : present < states.Length ? PredictionQuality.Degraded : PredictionQuality.Full;
        if (present > 0)
        {
            _engine.Run();
            PredictionDecoder.Decode(_engine.Arena, _prediction);
        }

        return _prediction.HasScores;
    }

    /// <summary>Lets the other engine answer to the same tensors and compares what the heads decide.</summary>
    private void Compare(MaskEvaluation mask)
    {
        if (_reference is null)
        {
            return;
        }

        for (int slot = 0; slot < _engine.Arena.FirstOutput; slot++)
        {
            _engine.Arena.Bytes(slot).CopyTo(_reference.Arena.Bytes(slot));
        }

        _reference.Run();
        bool equal = true;
        for (int i = 0; i < _manifest.Heads.Length; i++)
        {
            equal &= _manifest.Heads[i].Kind == HeadKind.Regression || _prediction.Heads[i].Best
                == ClearMargin.Best(_reference.Arena.Floats(_reference.Arena.HeadIndices[i]), out _);
        }

        mask.Compared++;
        mask.Equal += equal ? 1 : 0;
    }

    private void Count(MaskEvaluation mask, string pool)
    {
        for (int i = 0; i < _truths.Length; i++)
        {
            HeadScores scores = _prediction.Heads[i];
            if (_truths[i] is not { } truth)
            {
                continue;
            }

            if (scores.Head.Kind == HeadKind.Classification)
            {
                mask.Add(i, scores.Head.Labels.IndexOf(truth), scores.Values, scores.Best, pool, _others);
                continue;
            }

            for (int value = 0; value < scores.Values.Length; value++)
            {
                mask.Values[i][value].Add(_values[i][value], scores.Values[value]);
            }
        }
    }
}
