using System.Text.Json;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording;

/// <summary>A change of the live model as it stands in a recording.</summary>
/// <param name="Window">First window that the new model answered.</param>
/// <param name="From">Name, version and the beginning of the hash of the model before.</param>
/// <param name="To">The same of the new one.</param>
public sealed record ModelChange(long Window, string From, string To)
{
    /// <summary>Largest number of changes read from one recording.</summary>
    public const int MaxChanges = 10_000;

    private const int ShownHash = 12;

    /// <summary>Reads all changes of a recording in order; empty where one model answered throughout.</summary>
    /// <exception cref="RecordingException">The recording is damaged.</exception>
    public static IReadOnlyList<ModelChange> Read(McapIndexedReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var changes = new List<ModelChange>();
        foreach (McapMessage message in reader.ReadMessages(
            new McapMessageFilter { Topics = [RecordingTopics.Models] }))
        {
            if (changes.Count < MaxChanges && TryParse(message.Data) is { } change)
            {
                changes.Add(change);
            }
        }

        return changes;
    }

    private static ModelChange? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            return new ModelChange(
                root.GetProperty("window").GetInt64(), Describe(root.GetProperty("from")),
                Describe(root.GetProperty("to")));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    private static string Describe(JsonElement model)
    {
        string hash = model.GetProperty("sha256").GetString() ?? "";
        return Models.PrintableText.Clean(
            $"{model.GetProperty("name").GetString()} {model.GetProperty("version").GetString()} "
            + $"({hash[..Math.Min(ShownHash, hash.Length)]})");
    }
}
