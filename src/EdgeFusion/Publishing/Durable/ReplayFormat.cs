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
        if (job.Reply.CorrelationText is { } correlation)
        {
            json.WriteString("correlation", correlation);
        }

        json.WriteEndObject();
    }
}
