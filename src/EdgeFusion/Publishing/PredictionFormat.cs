using System.Buffers;
using System.Text.Json;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using Field = EdgeFusion.Publishing.PredictionFields;

namespace EdgeFusion.Publishing;

/// <summary>
/// The one writer of predictions as JSON, shared by publisher, recorder, replay and dashboard. Schema:
/// prediction.schema.json (under deploy) for one head.
/// </summary>
/// <remarks>
/// <para>Numbers are finite and in their shortest form that reads back as the same float; what is not finite or not
/// known is null. The epoch is 16 hex digits, because JSON readers may round a 64-bit number.</para>
/// <para><b>Threading.</b> One thread at a time. Hot path: allocates nothing in steady state.</para>
/// </remarks>
public sealed partial class PredictionFormat : IDisposable
{
    /// <summary>Version of the payloads; also in the user property "schema".</summary>
    public const int SchemaVersion = 1;

    private const double NanosecondsPerMillisecond = 1e6;

    private static readonly JsonEncodedText[] Presences = Words("present", "missing", "late", "stale");
    private static readonly JsonEncodedText[] Outcomes = Words("settled", "deadline");
    private static readonly JsonEncodedText[] Kinds = Words("classification", "regression");
    private static readonly JsonEncodedText[] Qualities =
        Words("full", "degraded", "no_input", "not_finite", "engine_failed");

    private readonly PredictionFormatOptions _options;
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { SkipValidation = true });
    private readonly JsonEncodedText _node;
    private readonly JsonEncodedText[] _modalities;
    private readonly JsonEncodedText[] _heads;
    private readonly JsonEncodedText[][] _labels;
    private readonly JsonEncodedText[][] _units;
    private readonly JsonEncodedText[] _contexts;
    private readonly JsonEncodedText[][] _contextLabels;
    private ModelManifest? _model;
    private JsonEncodedText _modelName;
    private JsonEncodedText _modelVersion;
    private JsonEncodedText _modelSha256;

    /// <summary>A writer for the predictions of one model, and of others with its signature.</summary>
    public PredictionFormat(ModelManifest manifest, PredictionFormatOptions options)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _node = JsonEncodedText.Encode(options.Node);
        TakeModel(manifest);
        _modalities = new JsonEncodedText[manifest.Inputs.Length];
        for (int i = 0; i < _modalities.Length; i++)
        {
            _modalities[i] = JsonEncodedText.Encode(manifest.Inputs[i].Modality);
        }

        _heads = new JsonEncodedText[manifest.Heads.Length];
        _labels = new JsonEncodedText[manifest.Heads.Length][];
        _units = new JsonEncodedText[manifest.Heads.Length][];
        for (int i = 0; i < _heads.Length; i++)
        {
            _heads[i] = JsonEncodedText.Encode(manifest.Heads[i].Name);
            _labels[i] = Words([.. manifest.Heads[i].Labels]);
            _units[i] = Words([.. manifest.Heads[i].Units]);
        }

        _contexts = new JsonEncodedText[manifest.Context.Length];
        _contextLabels = new JsonEncodedText[manifest.Context.Length][];
        for (int i = 0; i < _contexts.Length; i++)
        {
            _contexts[i] = JsonEncodedText.Encode(manifest.Context[i].Name);
            _contextLabels[i] = Words([.. manifest.Context[i].Labels]);
        }
    }

    /// <summary>Writes a whole prediction, all heads, as one line of JSON without the line end.</summary>
    /// <param name="prediction">A prediction of this writer's model.</param>
    /// <param name="published">Now; ignored without timing.</param>
    /// <param name="output">Where to.</param>
    public void WritePrediction(Prediction prediction, Timestamp published, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        _json.Reset(output);
        _json.WriteStartObject();
        WriteOrigin(prediction, published, head: -1);
        WriteModalities(prediction);
        _json.WriteStartObject(Field.Heads);
        for (int i = 0; i < _heads.Length; i++)
        {
            _json.WriteStartObject(_heads[i]);
            WriteScores(prediction, i);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        if (_options.IncludeEmbedding)
        {
            WriteEmbedding(prediction);
        }

        WriteLatencies(prediction, published);
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>Writes one head of a prediction: the payload of its topic.</summary>
    /// <param name="prediction">A prediction of this writer's model.</param>
    /// <param name="head">Index of the head.</param>
    /// <param name="published">Now; ignored without timing.</param>
    /// <param name="output">Where to.</param>
    public void WriteHead(Prediction prediction, int head, Timestamp published, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        _json.Reset(output);
        _json.WriteStartObject();
        WriteOrigin(prediction, published, head);
        WriteScores(prediction, head);
        WriteModalities(prediction);
        WriteLatencies(prediction, published);
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    /// <summary>An epoch as text: 16 hex digits.</summary>
    public static string EpochText(long epoch) =>
        epoch.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private static JsonEncodedText[] Words(params string[] words) =>
        Array.ConvertAll(words, word => JsonEncodedText.Encode(word));

    private void WriteOrigin(Prediction prediction, Timestamp published, int head)
    {
        _json.WriteNumber(Field.Schema, SchemaVersion);
        if (_options.Node.Length > 0)
        {
            _json.WriteString(Field.Node, _node);
        }

        if (head >= 0)
        {
            _json.WriteString(Field.Head, _heads[head]);
        }

        if (_options.IncludeTiming)
        {
            Span<char> epoch = stackalloc char[16];
            prediction.Epoch.TryFormat(epoch, out _, "x16", System.Globalization.CultureInfo.InvariantCulture);
            _json.WriteString(Field.Epoch, epoch);
        }

        _json.WriteNumber(Field.Seq, prediction.Sequence);
        _json.WriteStartObject(Field.Window);
        _json.WriteNumber(Field.Index, prediction.Window);
        _json.WriteNumber(Field.StartNs, prediction.Start.Nanoseconds);
        _json.WriteNumber(Field.EndNs, prediction.End.Nanoseconds);
        _json.WriteString(Field.Outcome, Outcomes[(int)prediction.Outcome]);
        _json.WriteEndObject();
        if (_options.IncludeTiming)
        {
            _json.WriteNumber(Field.PublishedNs, published.Nanoseconds);
        }

        if (!ReferenceEquals(prediction.Manifest, _model))
        {
            TakeModel(prediction.Manifest);
        }

        _json.WriteStartObject(Field.Model);
        _json.WriteString(Field.Name, _modelName);
        _json.WriteString(Field.Version, _modelVersion);
        _json.WriteString(Field.Sha256, _modelSha256);
        _json.WriteEndObject();
        if (_options.IncludeEngine && prediction.Engine is { } engine)
        {
            WriteEngine(engine);
        }

        _json.WriteString(Field.Quality, Qualities[(int)prediction.Quality]);
        WriteContext(prediction);
    }

    private void TakeModel(ModelManifest manifest)
    {
        _model = manifest;
        _modelName = JsonEncodedText.Encode(manifest.Name);
        _modelVersion = JsonEncodedText.Encode(manifest.Version);
        _modelSha256 = JsonEncodedText.Encode(manifest.Sha256);
    }

    private void WriteEngine(EngineInfo engine)
    {
        _json.WriteStartObject(Field.Engine);
        _json.WriteString(Field.Provider, engine.Provider);
        _json.WriteString(Field.Device, engine.Device);
        _json.WriteString(Field.Precision, engine.Precision);
        _json.WriteEndObject();
    }

    private void WriteScores(Prediction prediction, int head)
    {
        HeadScores scores = prediction.Heads[head];
        JsonEncodedText[] labels = _labels[head];
        bool classifies = scores.Head.Kind == HeadKind.Classification;
        JsonEncodedText field = classifies ? Field.Scores : Field.Values;
        _json.WriteString(Field.Kind, Kinds[(int)scores.Head.Kind]);
        if (!prediction.HasScores)
        {
            if (classifies)
            {
                _json.WriteNull(Field.Label);
                _json.WriteNull(Field.Score);
            }

            _json.WriteNull(field);
            return;
        }

        if (classifies)
        {
            _json.WriteString(Field.Label, labels[scores.Best]);
            WriteNumber(Field.Score, scores.Values[scores.Best]);
        }

        WriteRow(field, labels, scores.Values);
        WriteUnits(labels, _units[head]);
        WriteExplanation(prediction, scores);
        if (scores.PerModality.Length == 0)
        {
            return;
        }

        _json.WriteStartObject(Field.PerModality);
        for (int i = 0; i < _modalities.Length; i++)
        {
            if (prediction.Modalities[i].Presence == Presence.Present)
            {
                WriteRow(_modalities[i], labels, scores.PerModality.AsSpan(i * labels.Length, labels.Length));
            }
            else
            {
                _json.WriteNull(_modalities[i]);
            }
        }

        _json.WriteEndObject();
    }

    private void WriteRow(JsonEncodedText name, JsonEncodedText[] labels, ReadOnlySpan<float> values)
    {
        _json.WriteStartObject(name);
        for (int i = 0; i < labels.Length; i++)
        {
            WriteNumber(labels[i], values[i]);
        }

        _json.WriteEndObject();
    }

    private void WriteModalities(Prediction prediction)
    {
        _json.WriteStartObject(Field.Modalities);
        for (int i = 0; i < _modalities.Length; i++)
        {
            ref readonly ModalityState state = ref prediction.Modalities[i];
            _json.WriteStartObject(_modalities[i]);
            _json.WriteString(Field.Presence, Presences[(int)state.Presence]);
            _json.WriteBoolean(Field.Present, state.Presence == Presence.Present);
            if (state.AgeNanoseconds < 0)
            {
                _json.WriteNull(Field.AgeMs);
            }
            else
            {
                _json.WriteNumber(Field.AgeMs, state.AgeNanoseconds / NanosecondsPerMillisecond);
            }

            WriteNumber(Field.Coverage, state.Coverage);
            _json.WriteNumber(Field.Count, state.SampleCount);
            if (prediction.Manifest.Inputs[i].Kind == InputKind.Audio)
            {
                _json.WriteNumber(Field.GapFrames, state.GapFrames);
            }

            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteEmbedding(Prediction prediction)
    {
        if (!prediction.HasScores || prediction.Embedding.Length == 0)
        {
            _json.WriteNull(Field.Embedding);
            return;
        }

        _json.WriteStartArray(Field.Embedding);
        foreach (float value in prediction.Embedding)
        {
            if (float.IsFinite(value))
            {
                _json.WriteNumberValue(value);
            }
            else
            {
                _json.WriteNullValue();
            }
        }

        _json.WriteEndArray();
    }

    private void WriteLatencies(Prediction prediction, Timestamp published)
    {
        if (!_options.IncludeTiming)
        {
            return;
        }

        ref readonly StageTimes times = ref prediction.Times;
        _json.WriteStartObject(Field.LatencyMs);
        WriteStage(Field.Cut, prediction.End, times.Cut);
        WriteStage(Field.Bind, times.Cut, times.Bound);
        WriteStage(Field.Infer, times.Bound, times.Inferred);
        WriteStage(Field.Decode, times.Inferred, times.Decoded);
        WriteStage(Field.Publish, times.Decoded, published);
        WriteStage(Field.Total, prediction.End, published);
        _json.WriteEndObject();
    }

    private void WriteStage(JsonEncodedText name, Timestamp from, Timestamp to) =>
        _json.WriteNumber(name, to.NanosecondsSince(from) / NanosecondsPerMillisecond);

    private void WriteNumber(JsonEncodedText name, float value)
    {
        if (float.IsFinite(value))
        {
            _json.WriteNumber(name, value);
        }
        else
        {
            _json.WriteNull(name);
        }
    }
}
