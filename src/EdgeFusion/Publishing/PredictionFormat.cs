using System.Buffers;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing.Cbor;
using EdgeFusion.Publishing.Policies;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using Field = EdgeFusion.Publishing.PredictionFields;

namespace EdgeFusion.Publishing;

/// <summary>
/// The one writer of predictions, as JSON or CBOR, shared by publisher, recorder, replay and dashboard. Schema:
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

    private static readonly PayloadText[] Presences = PayloadText.Of("present", "missing", "late", "stale");
    private static readonly PayloadText[] Outcomes = PayloadText.Of("settled", "deadline");
    private static readonly PayloadText[] Kinds = PayloadText.Of("classification", "regression");
    private static readonly PayloadText[] Qualities =
        PayloadText.Of("full", "degraded", "no_input", "not_finite", "engine_failed");

    private readonly PredictionFormatOptions _options;
    private readonly PayloadWriter _out;
    private readonly PayloadText _node;
    private readonly PayloadText[] _modalities;
    private readonly PayloadText[] _heads;
    private readonly PayloadText[][] _labels;
    private readonly PayloadText[][] _units;
    private readonly PayloadText[] _contexts;
    private readonly PayloadText[][] _contextLabels;
    private ModelManifest _model;
    private PayloadText _modelName;
    private PayloadText _modelVersion;
    private PayloadText _modelSha256;

    /// <summary>A writer for the predictions of one model, and of others with its signature.</summary>
    public PredictionFormat(ModelManifest manifest, PredictionFormatOptions options)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _out = options.Encoding == PayloadEncoding.Cbor ? new CborPayloadWriter() : new JsonPayloadWriter();
        _node = new PayloadText(options.Node);
        _model = manifest;
        _modelName = new PayloadText(manifest.Name);
        _modelVersion = new PayloadText(manifest.Version);
        _modelSha256 = new PayloadText(manifest.Sha256);
        _modalities = new PayloadText[manifest.Inputs.Length];
        for (int i = 0; i < _modalities.Length; i++)
        {
            _modalities[i] = new PayloadText(manifest.Inputs[i].Modality);
        }

        _heads = new PayloadText[manifest.Heads.Length];
        _labels = new PayloadText[manifest.Heads.Length][];
        _units = new PayloadText[manifest.Heads.Length][];
        for (int i = 0; i < _heads.Length; i++)
        {
            _heads[i] = new PayloadText(manifest.Heads[i].Name);
            _labels[i] = PayloadText.Of([.. manifest.Heads[i].Labels]);
            _units[i] = PayloadText.Of([.. manifest.Heads[i].Units]);
        }

        _contexts = new PayloadText[manifest.Context.Length];
        _contextLabels = new PayloadText[manifest.Context.Length][];
        for (int i = 0; i < _contexts.Length; i++)
        {
            _contexts[i] = new PayloadText(manifest.Context[i].Name);
            _contextLabels[i] = PayloadText.Of([.. manifest.Context[i].Labels]);
        }
    }

    /// <summary>Writes a whole prediction, all heads, as one line of JSON without the line end, or one item of CBOR.
    /// </summary>
    /// <param name="prediction">A prediction of this writer's model.</param>
    /// <param name="published">Now; ignored without timing.</param>
    /// <param name="output">Where to.</param>
    public void WritePrediction(Prediction prediction, Timestamp published, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        _out.Reset(output);
        _out.StartMap();
        WriteOrigin(prediction, published, head: -1, prediction.Sequence);
        WriteModalities(prediction);
        _out.StartMap(Field.Heads);
        for (int i = 0; i < _heads.Length; i++)
        {
            _out.StartMap(_heads[i]);
            WriteScores(prediction, i);
            _out.EndMap();
        }

        _out.EndMap();
        if (_options.IncludeEmbedding)
        {
            WriteEmbedding(prediction);
        }

        WriteLatencies(prediction, published);
        _out.EndMap();
        _out.Flush();
    }

    /// <summary>Writes one head of a prediction: the payload of its topic.</summary>
    /// <param name="prediction">A prediction of this writer's model.</param>
    /// <param name="head">Index of the head.</param>
    /// <param name="published">Now; ignored without timing.</param>
    /// <param name="output">Where to.</param>
    public void WriteHead(Prediction prediction, int head, Timestamp published, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        WriteHead(prediction, head, new HeadNote(prediction.Sequence, PublishReason.Every, 0), published, output);
    }

    /// <inheritdoc/>
    public void Dispose() => _out.Dispose();

    /// <summary>An epoch as text: 16 hex digits.</summary>
    public static string EpochText(long epoch) =>
        epoch.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Writes one head of a prediction that is published for a reason.</summary>
    internal void WriteHead(
        Prediction prediction, int head, in HeadNote note, Timestamp published, IBufferWriter<byte> output)
    {
        _out.Reset(output);
        _out.StartMap();
        WriteOrigin(prediction, published, head, note.Sequence);
        WriteNote(prediction, head, note);
        WriteScores(prediction, head);
        WriteModalities(prediction);
        WriteLatencies(prediction, published);
        _out.EndMap();
        _out.Flush();
    }

    private void WriteOrigin(Prediction prediction, Timestamp published, int head, long sequence)
    {
        _out.Number(Field.Schema, SchemaVersion);
        if (_options.Node.Length > 0)
        {
            _out.Text(Field.Node, _node);
        }

        if (head >= 0)
        {
            _out.Text(Field.Head, _heads[head]);
        }

        if (_options.IncludeTiming)
        {
            Span<char> epoch = stackalloc char[16];
            prediction.Epoch.TryFormat(epoch, out _, "x16", System.Globalization.CultureInfo.InvariantCulture);
            _out.Text(Field.Epoch, epoch);
        }

        _out.Number(Field.Seq, sequence);
        _out.StartMap(Field.Window);
        _out.Number(Field.Index, prediction.Window);
        _out.Number(Field.StartNs, prediction.Start.Nanoseconds);
        _out.Number(Field.EndNs, prediction.End.Nanoseconds);
        _out.Text(Field.Outcome, Outcomes[(int)prediction.Outcome]);
        _out.EndMap();
        if (_options.IncludeTiming)
        {
            _out.Number(Field.PublishedNs, published.Nanoseconds);
        }

        TakeModel(prediction.Manifest);
        _out.StartMap(Field.Model);
        _out.Text(Field.Name, _modelName);
        _out.Text(Field.Version, _modelVersion);
        _out.Text(Field.Sha256, _modelSha256);
        _out.EndMap();
        if (_options.IncludeEngine && prediction.Engine is { } engine)
        {
            WriteEngine(engine);
        }

        _out.Text(Field.Quality, Qualities[(int)prediction.Quality]);
        WriteContext(prediction);
    }

    /// <summary>The model of a prediction where it is another than that of the one before.</summary>
    private void TakeModel(ModelManifest manifest)
    {
        if (!ReferenceEquals(manifest, _model))
        {
            _model = manifest;
            _modelName = new PayloadText(manifest.Name);
            _modelVersion = new PayloadText(manifest.Version);
            _modelSha256 = new PayloadText(manifest.Sha256);
        }
    }

    private void WriteEngine(EngineInfo engine)
    {
        _out.StartMap(Field.Engine);
        _out.Text(Field.Provider, engine.Provider);
        _out.Text(Field.Device, engine.Device);
        _out.Text(Field.Precision, engine.Precision);
        _out.EndMap();
    }

    private void WriteScores(Prediction prediction, int head)
    {
        HeadScores scores = prediction.Heads[head];
        PayloadText[] labels = _labels[head];
        bool classifies = scores.Head.Kind == HeadKind.Classification;
        PayloadText field = classifies ? Field.Scores : Field.Values;
        _out.Text(Field.Kind, Kinds[(int)scores.Head.Kind]);
        if (!prediction.HasScores)
        {
            if (classifies)
            {
                _out.Nothing(Field.Label);
                _out.Nothing(Field.Score);
            }

            _out.Nothing(field);
            return;
        }

        if (classifies)
        {
            _out.Text(Field.Label, labels[scores.Best]);
            _out.Number(Field.Score, scores.Values[scores.Best]);
        }

        WriteRow(field, labels, scores.Values);
        WriteUnits(labels, _units[head]);
        WriteExplanation(prediction, scores);
        if (scores.PerModality.Length == 0)
        {
            return;
        }

        _out.StartMap(Field.PerModality);
        for (int i = 0; i < _modalities.Length; i++)
        {
            if (prediction.Modalities[i].Presence == Presence.Present)
            {
                WriteRow(_modalities[i], labels, scores.PerModality.AsSpan(i * labels.Length, labels.Length));
            }
            else
            {
                _out.Nothing(_modalities[i]);
            }
        }

        _out.EndMap();
    }

    private void WriteRow(PayloadText name, PayloadText[] labels, ReadOnlySpan<float> values)
    {
        _out.StartMap(name);
        for (int i = 0; i < labels.Length; i++)
        {
            _out.Number(labels[i], values[i]);
        }

        _out.EndMap();
    }

    private void WriteModalities(Prediction prediction)
    {
        _out.StartMap(Field.Modalities);
        for (int i = 0; i < _modalities.Length; i++)
        {
            ref readonly ModalityState state = ref prediction.Modalities[i];
            _out.StartMap(_modalities[i]);
            _out.Text(Field.Presence, Presences[(int)state.Presence]);
            _out.Flag(Field.Present, state.Presence == Presence.Present);
            if (state.AgeNanoseconds < 0)
            {
                _out.Nothing(Field.AgeMs);
            }
            else
            {
                _out.Number(Field.AgeMs, state.AgeNanoseconds / NanosecondsPerMillisecond);
            }

            _out.Number(Field.Coverage, state.Coverage);
            _out.Number(Field.Count, state.SampleCount);
            if (prediction.Manifest.Inputs[i].Kind == InputKind.Audio)
            {
                _out.Number(Field.GapFrames, state.GapFrames);
            }

            _out.EndMap();
        }

        _out.EndMap();
    }

    private void WriteEmbedding(Prediction prediction)
    {
        if (!prediction.HasScores || prediction.Embedding.Length == 0)
        {
            _out.Nothing(Field.Embedding);
            return;
        }

        _out.StartArray(Field.Embedding);
        foreach (float value in prediction.Embedding)
        {
            _out.Number(value);
        }

        _out.EndArray();
    }

    private void WriteLatencies(Prediction prediction, Timestamp published)
    {
        if (!_options.IncludeTiming)
        {
            return;
        }

        ref readonly StageTimes times = ref prediction.Times;
        _out.StartMap(Field.LatencyMs);
        WriteStage(Field.Cut, prediction.End, times.Cut);
        WriteStage(Field.Bind, times.Cut, times.Bound);
        WriteStage(Field.Infer, times.Bound, times.Inferred);
        WriteStage(Field.Decode, times.Inferred, times.Decoded);
        WriteStage(Field.Publish, times.Decoded, published);
        WriteStage(Field.Total, prediction.End, published);
        _out.EndMap();
    }

    private void WriteStage(PayloadText name, Timestamp from, Timestamp to) =>
        _out.Number(name, to.NanosecondsSince(from) / NanosecondsPerMillisecond);
}
