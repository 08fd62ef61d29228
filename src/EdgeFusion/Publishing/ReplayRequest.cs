using System.Globalization;
using System.Text.Json;
using EdgeFusion.Publishing.Requests;

namespace EdgeFusion.Publishing;

/// <summary>A subscriber's wish for a range of messages; the schema is under deploy.</summary>
/// <param name="Epoch">The run.</param>
/// <param name="From">First number.</param>
/// <param name="To">Last number, inclusive.</param>
/// <param name="Topic">Only messages of this topic; null for all.</param>
public sealed record ReplayRequest(long Epoch, long From, long To, string? Topic)
{
    /// <summary>Where the answer shall go, for senders whose protocol has no place for it beside the request; null for
    /// nowhere.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>Stands in the end of the answer, at most 256 characters; null for nothing.</summary>
    public string? Correlation { get; init; }

    /// <summary>Longest range.</summary>
    public const long MaxMessages = 100_000;

    private const int EpochDigits = 16;

    /// <summary>Reads a request from anybody; never throws.</summary>
    /// <returns>Null where it is none: not JSON, unknown, missing or repeated fields, wrong types or ranges.</returns>
    public static ReplayRequest? TryParse(ReadOnlySpan<byte> payload)
    {
        try
        {
            return Parse(payload);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The request as a payload.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("epoch", PredictionFormat.EpochText(Epoch));
            json.WriteNumber("from_seq", From);
            json.WriteNumber("to_seq", To);
            WriteText(json, "topic", Topic);
            WriteText(json, "response_topic", ResponseTopic);
            WriteText(json, "correlation", Correlation);

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static ReplayRequest? Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 2 });
        long? epoch = null;
        long? from = null;
        long? to = null;
        string? topic = null;
        string? responseTopic = null;
        string? correlation = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "epoch" when epoch is null && TryEpoch(reader.GetString(), out long parsed):
                    epoch = parsed;
                    break;
                case "from_seq" when from is null:
                    from = reader.GetInt64();
                    break;
                case "to_seq" when to is null:
                    to = reader.GetInt64();
                    break;
                case "topic" when topic is null:
                    topic = reader.GetString();
                    break;
                case "response_topic" when responseTopic is null:
                    responseTopic = reader.GetString();
                    break;
                case "correlation" when correlation is null:
                    correlation = reader.GetString();
                    break;
                default:
                    return null;
            }
        }

        bool isWhole = reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        return isWhole && epoch is { } run && from is >= 0 && to >= from && to - from < MaxMessages
            && correlation is null or { Length: <= ReplyAddress.MaxCorrelation }
            ? new ReplayRequest(run, from.Value, to.Value, topic)
            {
                ResponseTopic = responseTopic,
                Correlation = correlation,
            }
            : null;
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static bool TryEpoch(string? text, out long epoch)
    {
        epoch = 0;
        return text is { Length: EpochDigits }
            && long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out epoch);
    }
}
