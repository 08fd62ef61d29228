using System.Buffers;
using System.Text;
using System.Text.Json;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Ground truth in a recording: what a head should answer from one instant to another.</summary>
/// <param name="Head">Name of the model's head, or "group" for the object or run that windows are split by.</param>
/// <param name="Label">The label.</param>
/// <param name="Start">First instant at which it holds.</param>
/// <param name="End">First instant at which it holds no more.</param>
public readonly record struct RecordedLabel(string Head, string Label, Timestamp Start, Timestamp End)
{
    private const string Schema =
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"edgefusion.Label","type":"object",
        "properties":{"head":{"type":"string"},"label":{"type":"string"},"start_ns":{"type":"integer"},
        "end_ns":{"type":"integer"}},"required":["head","label","start_ns","end_ns"]}
        """;

    /// <summary>The channel of labels.</summary>
    public static ChannelDescription Channel { get; } = new()
    {
        Topic = RecordingTopics.Labels,
        MessageEncoding = "json",
        SchemaName = "edgefusion.Label",
        SchemaEncoding = "jsonschema",
        SchemaText = Encoding.UTF8.GetBytes(Schema),
    };

    /// <summary>Writes the label as a message.</summary>
    public void Write(IBufferWriter<byte> destination)
    {
        using var json = new Utf8JsonWriter(destination);
        json.WriteStartObject();
        json.WriteString("head", Head);
        json.WriteString("label", Label);
        json.WriteNumber("start_ns", Start.Nanoseconds);
        json.WriteNumber("end_ns", End.Nanoseconds);
        json.WriteEndObject();
    }

    /// <summary>Reads a message of the channel of labels.</summary>
    /// <exception cref="RecordingException">It is damaged.</exception>
    public static RecordedLabel Read(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            return new RecordedLabel(
                root.GetProperty("head").GetString() ?? "",
                root.GetProperty("label").GetString() ?? "",
                new Timestamp(root.GetProperty("start_ns").GetInt64()),
                new Timestamp(root.GetProperty("end_ns").GetInt64()));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new RecordingException(
                $"Cannot read a message of topic '{RecordingTopics.Labels}': it is not a label ({fault.Message}). "
                + "The recording is damaged.",
                fault);
        }
    }
}
