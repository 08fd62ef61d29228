using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Windowing;
using Field = EdgeFusion.Publishing.PredictionFields;

namespace EdgeFusion.Publishing;

/// <content>The parts that only some models or predictions have.</content>
public sealed partial class PredictionFormat
{
    private static readonly PayloadText[] Reasons =
        PayloadText.Of("every", "change", "interval", "start", "update", "end");

    /// <summary>Why it is published and what was not; nothing for heads that publish every window.</summary>
    private void WriteNote(Prediction prediction, int head, in HeadNote note)
    {
        if (note.Reason == PublishReason.Every)
        {
            return;
        }

        _out.StartMap(Field.Publication);
        _out.Text(Field.Reason, Reasons[(int)note.Reason]);
        _out.Number(Field.Prediction, prediction.Sequence);
        _out.Number(Field.Suppressed, note.Suppressed);
        _out.EndMap();
        if (note.Event is not { } happening)
        {
            return;
        }

        _out.StartMap(Field.Event);
        _out.Number(Field.Id, happening.Id);
        _out.Text(Field.Label, _labels[head][happening.Label]);
        _out.Number(Field.StartNs, happening.Start.Nanoseconds);
        _out.Number(Field.EndNs, happening.End.Nanoseconds);
        _out.Number(Field.Windows, happening.Windows);
        _out.Number(Field.TopScore, happening.TopScore);
        _out.EndMap();
    }

    private void WriteContext(Prediction prediction)
    {
        if (_contexts.Length == 0)
        {
            return;
        }

        _out.StartMap(Field.Context);
        for (int i = 0; i < _contexts.Length; i++)
        {
            if (prediction.Context[i] < 0)
            {
                _out.Nothing(_contexts[i]);
            }
            else
            {
                _out.Text(_contexts[i], _contextLabels[i][prediction.Context[i]]);
            }
        }

        _out.EndMap();
    }

    private void WriteUnits(PayloadText[] labels, PayloadText[] units)
    {
        if (units.Length == 0)
        {
            return;
        }

        _out.StartMap(Field.Units);
        for (int i = 0; i < units.Length; i++)
        {
            _out.Text(labels[i], units[i]);
        }

        _out.EndMap();
    }

    /// <summary>What each modality contributed, and how far their own answers are apart.</summary>
    private void WriteExplanation(Prediction prediction, HeadScores scores)
    {
        if (scores.Head.Kind == HeadKind.Regression)
        {
            return;
        }

        if (prediction.Explanation == ExplanationState.Done)
        {
            _out.StartMap(Field.Contributions);
            for (int i = 0; i < _modalities.Length; i++)
            {
                _out.Number(_modalities[i], scores.Contributions[i]);
            }

            _out.EndMap();
        }

        if (scores.PerModality.Length > 0)
        {
            _out.StartMap(Field.Disagreement);
            _out.Number(Field.Dissenting, scores.Dissenting);
            _out.Number(Field.Divergence, scores.Divergence);
            _out.EndMap();
        }
    }
}
