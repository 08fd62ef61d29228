using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Windowing;
using Field = EdgeFusion.Publishing.PredictionFields;

namespace EdgeFusion.Publishing;

/// <content>The parts that only some models or predictions have.</content>
public sealed partial class PredictionFormat
{
    private static readonly JsonEncodedText[] Reasons = Words("every", "change", "interval", "start", "update", "end");

    /// <summary>Why it is published and what was not; nothing for heads that publish every window.</summary>
    private void WriteNote(Prediction prediction, int head, in HeadNote note)
    {
        if (note.Reason == PublishReason.Every)
        {
            return;
        }

        _json.WriteStartObject(Field.Publication);
        _json.WriteString(Field.Reason, Reasons[(int)note.Reason]);
        _json.WriteNumber(Field.Prediction, prediction.Sequence);
        _json.WriteNumber(Field.Suppressed, note.Suppressed);
        _json.WriteEndObject();
        if (note.Event is not { } happening)
        {
            return;
        }

        _json.WriteStartObject(Field.Event);
        _json.WriteNumber(Field.Id, happening.Id);
        _json.WriteString(Field.Label, _labels[head][happening.Label]);
        _json.WriteNumber(Field.StartNs, happening.Start.Nanoseconds);
        _json.WriteNumber(Field.EndNs, happening.End.Nanoseconds);
        _json.WriteNumber(Field.Windows, happening.Windows);
        WriteNumber(Field.TopScore, happening.TopScore);
        _json.WriteEndObject();
    }

    private void WriteContext(Prediction prediction)
    {
        if (_contexts.Length == 0)
        {
            return;
        }

        _json.WriteStartObject(Field.Context);
        for (int i = 0; i < _contexts.Length; i++)
        {
            if (prediction.Context[i] < 0)
            {
                _json.WriteNull(_contexts[i]);
            }
            else
            {
                _json.WriteString(_contexts[i], _contextLabels[i][prediction.Context[i]]);
            }
        }

        _json.WriteEndObject();
    }

    private void WriteUnits(JsonEncodedText[] labels, JsonEncodedText[] units)
    {
        if (units.Length == 0)
        {
            return;
        }

        _json.WriteStartObject(Field.Units);
        for (int i = 0; i < units.Length; i++)
        {
            _json.WriteString(labels[i], units[i]);
        }

        _json.WriteEndObject();
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
            _json.WriteStartObject(Field.Contributions);
            for (int i = 0; i < _modalities.Length; i++)
            {
                WriteNumber(_modalities[i], scores.Contributions[i]);
            }

            _json.WriteEndObject();
        }

        if (scores.PerModality.Length > 0)
        {
            _json.WriteStartObject(Field.Disagreement);
            _json.WriteNumber(Field.Dissenting, scores.Dissenting);
            WriteNumber(Field.Divergence, scores.Divergence);
            _json.WriteEndObject();
        }
    }
}
