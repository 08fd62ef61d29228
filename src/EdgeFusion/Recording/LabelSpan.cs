using System.Buffers;
using System.Text.Json;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Ground truth: a label that holds for a stretch of time.</summary>
/// <param name="Head">What is labelled, e.g. colour; "group" names the object or recording for splitting.</param>
/// <param name="Label">The label.</param>
/// <param name="Start">First instant.</param>
/// <param name="End">End, not included.</param>
public sealed record LabelSpan(string Head, string Label, Timestamp Start, Timestamp End)
{
    /// <summary>Writes it as a message of the label channel.</summary>
    internal void Write(Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteString("head"u8, Head);
        json.WriteString("label"u8, Label);
        json.WriteNumber("start_ns"u8, Start.Nanoseconds);
        json.WriteNumber("end_ns"u8, End.Nanoseconds);
        json.WriteEndObject();
        json.Flush();
    }
}
