using System.Buffers;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Recording;

/// <summary>A window's decision as a recorded JSON message, and back.</summary>
internal static class CutMessage
{
    /// <summary>JSON schema of the channel.</summary>
    public const string Schema = """
        {"title":"edgefusion.Cut","type":"object","properties":{
        "window":{"type":"integer"},"start_ns":{"type":"integer"},"end_ns":{"type":"integer"},
        "cut_ns":{"type":"integer"},"outcome":{"type":"string"},
        "inputs":{"type":"array","items":{"type":"object","properties":{
        "modality":{"type":"string"},"bound":{"type":"integer"},"condition":{"type":"string"},
        "presence":{"type":"string"},"coverage":{"type":"number"},"age_ns":{"type":"integer"}}}},
        "context":{"type":"object","additionalProperties":{"type":["string","null"]}},
        "explained":{"type":"boolean"}}}
        """;

    /// <summary>Name of the schema.</summary>
    public const string SchemaName = "edgefusion.Cut";

    /// <summary>Channel metadata key of the window spec's hash.</summary>
    public const string SpecKey = "edgefusion.window_spec";

    /// <summary>Writes the decision behind a prediction. Allocates nothing in steady state.</summary>
    public static void Write(Utf8JsonWriter json, IBufferWriter<byte> output, Prediction prediction)
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteNumber("window"u8, prediction.Window);
        json.WriteNumber("start_ns"u8, prediction.Start.Nanoseconds);
        json.WriteNumber("end_ns"u8, prediction.End.Nanoseconds);
        json.WriteNumber("cut_ns"u8, prediction.Times.Cut.Nanoseconds);
        json.WriteString("outcome"u8, prediction.Outcome == CutOutcome.Settled ? "settled"u8 : "deadline"u8);
        json.WriteStartArray("inputs"u8);
        for (int i = 0; i < prediction.Modalities.Length; i++)
        {
            ref readonly ModalityState state = ref prediction.Modalities[i];
            json.WriteStartObject();
            json.WriteString("modality"u8, prediction.Manifest.Inputs[i].Modality);
            json.WriteNumber("bound"u8, state.Bound);
            json.WriteString("condition"u8, Name(state.Condition));
            json.WriteString("presence"u8, Name(state.Presence));
            json.WriteNumber("coverage"u8, state.Coverage);
            json.WriteNumber("age_ns"u8, state.AgeNanoseconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteContext(json, prediction);
        if (prediction.Explanation != ExplanationState.None)
        {
            json.WriteBoolean("explained"u8, prediction.Explanation == ExplanationState.Done);
        }

        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>Reads a decision.</summary>
    /// <param name="message">The message.</param>
    /// <param name="manifest">The model that repeats it.</param>
    /// <param name="cut">Receives it.</param>
    /// <exception cref="RecordingException">The message is damaged or has another number of inputs.</exception>
    public static void Read(ReadOnlySpan<byte> message, ModelManifest manifest, WindowCut cut)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            cut.Window = root.GetProperty("window").GetInt64();
            cut.Start = new Timestamp(root.GetProperty("start_ns").GetInt64());
            cut.End = new Timestamp(root.GetProperty("end_ns").GetInt64());
            cut.CutTime = new Timestamp(root.GetProperty("cut_ns").GetInt64());
            cut.Outcome = root.GetProperty("outcome").ValueEquals("settled"u8)
                ? CutOutcome.Settled : CutOutcome.Deadline;
            JsonElement inputs = root.GetProperty("inputs");
            if (inputs.GetArrayLength() != cut.Inputs.Length)
            {
                throw new FormatException($"it has {inputs.GetArrayLength()} inputs, the model {cut.Inputs.Length}");
            }

            for (int i = 0; i < cut.Inputs.Length; i++)
            {
                JsonElement input = inputs[i];
                cut.Inputs[i].Bound = input.GetProperty("bound").GetInt64();
                cut.Inputs[i].Condition = Condition(input.GetProperty("condition").GetString());
                cut.Inputs[i].Recorded = PresenceOf(input.GetProperty("presence").GetString());
            }

            cut.RecordedExplanation =
                root.TryGetProperty("explained", out JsonElement explained) ? explained.GetBoolean() : null;
            ReadContext(root, manifest, cut);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new RecordingException(
                $"A message of topic '{RecordingTopics.Cuts}' is no decision of this program ({fault.Message}). "
                + "Replay with --cuts recompute to decide afresh.", fault);
        }
    }

    private static void WriteContext(Utf8JsonWriter json, Prediction prediction)
    {
        if (prediction.Context.Length == 0)
        {
            return;
        }

        json.WriteStartObject("context"u8);
        for (int i = 0; i < prediction.Context.Length; i++)
        {
            ContextInput context = prediction.Manifest.Context[i];
            json.WriteString(context.Name, prediction.Context[i] < 0 ? null : context.Labels[prediction.Context[i]]);
        }

        json.WriteEndObject();
    }

    private static void ReadContext(JsonElement root, ModelManifest manifest, WindowCut cut)
    {
        cut.HasRecordedContext = root.TryGetProperty("context", out JsonElement context);
        for (int i = 0; i < cut.Context.Length && cut.HasRecordedContext; i++)
        {
            cut.Context[i] = context.TryGetProperty(manifest.Context[i].Name, out JsonElement label)
                && label.GetString() is { } text
                    ? manifest.Context[i].Labels.IndexOf(text)
                    : -1;
        }
    }

    private static ReadOnlySpan<byte> Name(SensorCondition condition) => condition switch
    {
        SensorCondition.Settled => "settled"u8,
        SensorCondition.Pending => "pending"u8,
        SensorCondition.Stale => "stale"u8,
        _ => "silent"u8,
    };

    private static ReadOnlySpan<byte> Name(Presence presence) => presence switch
    {
        Presence.Present => "present"u8,
        Presence.Late => "late"u8,
        Presence.Stale => "stale"u8,
        _ => "missing"u8,
    };

    private static SensorCondition Condition(string? name) => name switch
    {
        "settled" => SensorCondition.Settled,
        "pending" => SensorCondition.Pending,
        "stale" => SensorCondition.Stale,
        "silent" => SensorCondition.Silent,
        _ => throw new FormatException($"condition '{name}' is unknown"),
    };

    private static Presence PresenceOf(string? name) => name switch
    {
        "present" => Presence.Present,
        "late" => Presence.Late,
        "stale" => Presence.Stale,
        "missing" => Presence.Missing,
        _ => throw new FormatException($"presence '{name}' is unknown"),
    };
}
