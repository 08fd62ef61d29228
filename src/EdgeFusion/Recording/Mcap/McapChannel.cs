namespace EdgeFusion.Recording.Mcap;

/// <summary>A stream of messages of one type on one topic.</summary>
/// <param name="Id">Identifies the channel in the file.</param>
/// <param name="SchemaId">The schema of its messages; 0 where they have none.</param>
/// <param name="Topic">Name of the stream.</param>
/// <param name="MessageEncoding">How messages are encoded: "cdr", "json", ...</param>
/// <param name="Metadata">Free properties, in the order of the file.</param>
public sealed record McapChannel(
    ushort Id, ushort SchemaId, string Topic, string MessageEncoding, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Whether the other channel says the same, by content.</summary>
    internal bool SameAs(McapChannel other)
    {
        if (Id != other.Id || SchemaId != other.SchemaId || Topic != other.Topic
            || MessageEncoding != other.MessageEncoding || Metadata.Count != other.Metadata.Count)
            return false;
        foreach (var (key, value) in Metadata)
        {
            if (!other.Metadata.TryGetValue(key, out var otherValue) || value != otherValue)
                return false;
        }

        return true;
    }
}
