using System.Buffers;
using System.Text.Json;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Samples that a recording lacks.</summary>
/// <param name="Topic">Topic of the sensor; "*" where several lost what waited together.</param>
/// <param name="Lost">How many messages.</param>
/// <param name="From">The last instant known to be there before.</param>
/// <param name="To">The first instant known to be there after.</param>
/// <param name="Reason">Why: "overrun" (writing was too slow), "disk" (it failed), "policy" (no room) or "encoder".
/// </param>
public readonly record struct RecordingGap(string Topic, long Lost, Timestamp From, Timestamp To, string Reason)
{
    /// <summary>Writes it as JSON.</summary>
    internal void Write(Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteString("topic"u8, Topic);
        json.WriteNumber("lost"u8, Lost);
        json.WriteNumber("from_ns"u8, From.Nanoseconds);
        json.WriteNumber("to_ns"u8, To.Nanoseconds);
        json.WriteString("reason"u8, Reason);
        json.WriteEndObject();
        json.Flush();
    }
}
