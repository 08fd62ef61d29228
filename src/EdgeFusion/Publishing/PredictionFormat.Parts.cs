using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Windowing;
using Field = EdgeFusion.Publishing.PredictionFields;

namespace EdgeFusion.Publishing;

/// <content>The parts that only some models or predictions have.</content>
public sealed partial class PredictionFormat
{
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
