using System.Buffers;
using System.Text.Json;

namespace EdgeFusion.Publishing.Durable;

/// <summary>The message that ends a replay.</summary>
internal static class ReplayFormat
{
    public static void WriteEnd(ReplayJob job, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("schema", PredictionFormat.SchemaVersion);
        json.WriteBoolean("end", true);
        json.WriteString("epoch", PredictionFormat.EpochText(job.Request.Epoch));
        json.WriteNumber("from_seq", job.Request.From);
        json.WriteNumber("to_seq", job.Request.To);
        json.WriteNumber("sent", job.Sent);
        json.WriteNumber("waiting", job.Waiting);
        json.WriteStartArray("gone");
        foreach ((long from, long to) in job.Gone())
        {
            json.WriteStartObject();
            json.WriteNumber("from_seq", from);
            json.WriteNumber("to_seq", to);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (job.Reply.CorrelationText is { } correlation)
        {
            json.WriteString("correlation", correlation);
        }

        json.WriteEndObject();
    }
}
