using System.Text.Json;
using EdgeFusion.Models;

namespace EdgeFusion.Publishing.Commands;

/// <summary>A command as somebody has sent it, checked against its verb's schema.</summary>
/// <param name="Fields">The verb's fields that are there.</param>
/// <param name="ResponseTopic">Where the answer shall go, for senders whose protocol has no other place for it.</param>
/// <param name="Correlation">Stands in the answer.</param>
internal sealed record CommandRequest(
    IReadOnlyDictionary<string, string> Fields, string? ResponseTopic, string? Correlation)
{
    /// <summary>Reads a payload from anybody; never throws. An empty one is an object without fields.</summary>
    /// <returns>Null where the verb's schema does not allow it: not JSON, unknown, missing or repeated fields, other
    /// types, too long, or characters that have no business in a log.</returns>
    public static CommandRequest? TryParse(CommandVerb verb, ReadOnlySpan<byte> payload)
    {
        try
        {
            return Parse(verb, payload.IsEmpty ? "{}"u8 : payload);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static CommandRequest? Parse(CommandVerb verb, ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 1 });
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            string? text = reader.GetString();
            if (text is null || text.Length > MaxLength(verb, name) || !PrintableText.IsClean(text)
                || !fields.TryAdd(name, text))
            {
                return null;
            }
        }

        bool isWhole = reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        if (!isWhole || !HasAll(verb, fields))
        {
            return null;
        }

        fields.Remove("response_topic", out string? responseTopic);
        fields.Remove("correlation", out string? correlation);
        return new CommandRequest(fields, responseTopic, correlation);
    }

    /// <summary>Most characters of a field; -1 for one that the verb does not have.</summary>
    private static int MaxLength(CommandVerb verb, string name)
    {
        foreach (CommandField field in verb.Fields)
        {
            if (field.Name == name)
            {
                return field.MaxLength;
            }
        }

        return name is "response_topic" or "correlation" ? CommandVerb.MaxAddress : -1;
    }

    private static bool HasAll(CommandVerb verb, Dictionary<string, string> fields)
    {
        foreach (CommandField field in verb.Fields)
        {
            if (field.IsRequired && !fields.ContainsKey(field.Name))
            {
                return false;
            }
        }

        return true;
    }
}
