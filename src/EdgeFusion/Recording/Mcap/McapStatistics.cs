namespace EdgeFusion.Recording.Mcap;

/// <summary>Counts and time range of a file.</summary>
/// <param name="MessageCount">Messages in the file.</param>
/// <param name="SchemaCount">Distinct schemas.</param>
/// <param name="ChannelCount">Distinct channels.</param>
/// <param name="AttachmentCount">Attachments.</param>
/// <param name="MetadataCount">Metadata records.</param>
/// <param name="ChunkCount">Chunks.</param>
/// <param name="MessageStartTime">Earliest log time in ns; 0 without messages.</param>
/// <param name="MessageEndTime">Latest log time in ns; 0 without messages.</param>
/// <param name="ChannelMessageCounts">Messages per channel id; channels without messages may be absent.</param>
public sealed record McapStatistics(
    ulong MessageCount,
    ushort SchemaCount,
    uint ChannelCount,
    uint AttachmentCount,
    uint MetadataCount,
    uint ChunkCount,
    ulong MessageStartTime,
    ulong MessageEndTime,
    IReadOnlyDictionary<ushort, ulong> ChannelMessageCounts);
