namespace EdgeFusion.Recording.Mcap;

/// <summary>What a writer lists in the summary.</summary>
internal sealed record McapSummaryContents(
    IReadOnlyList<McapSchemaState> Schemas,
    IReadOnlyList<McapChannelState> Channels,
    McapStatistics Statistics,
    IReadOnlyList<McapMetadataIndex> Metadata,
    IReadOnlyList<McapAttachmentIndex> Attachments,
    McapBuffer ChunkIndexes);
