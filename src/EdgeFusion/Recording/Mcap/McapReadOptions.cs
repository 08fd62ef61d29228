namespace EdgeFusion.Recording.Mcap;

/// <summary>Limits and behaviour of the MCAP readers. A recording is foreign data: everything has a limit.</summary>
public sealed record McapReadOptions
{
    /// <summary>The options used where none are given.</summary>
    public static McapReadOptions Default { get; } = new();

    /// <summary>
    /// Go on after damage: skip a damaged chunk, stop at a tear, and count both in <see cref="McapLosses"/>. Default
    /// false: damage is a <see cref="RecordingException"/>.
    /// </summary>
    public bool Recover { get; init; }

    /// <summary>Check the CRCs that the file carries. Default true.</summary>
    public bool ValidateCrcs { get; init; } = true;

    /// <summary>Largest record, in bytes. Default 64 MiB.</summary>
    public int MaxRecordBytes { get; init; } = 64 << 20;

    /// <summary>Largest chunk after decompression, in bytes. Default 64 MiB.</summary>
    public int MaxChunkBytes { get; init; } = 64 << 20;

    /// <summary>Largest ratio of unpacked to packed size of a chunk. Default 1000.</summary>
    public int MaxCompressionRatio { get; init; } = 1000;

    /// <summary>Most distinct schemas. Default 4096 of the format's 65 535.</summary>
    public int MaxSchemas { get; init; } = 4096;

    /// <summary>Most distinct channels. Default 4096 of the format's 65 536.</summary>
    public int MaxChannels { get; init; } = 4096;

    /// <summary>Most bytes that all schemas and channels together may take. Default 64 MiB.</summary>
    public int MaxDefinitionBytes { get; init; } = 64 << 20;

    /// <summary>Most chunks in the indexed reader. Default 1 000 000: a terabyte of 1 MiB chunks.</summary>
    public int MaxChunks { get; init; } = 1_000_000;

    /// <summary>Most attachments and metadata records in the indexed reader. Default 65 536.</summary>
    public int MaxAttachments { get; init; } = 65_536;

    /// <summary>Largest summary, in bytes; a larger one is ignored in favour of a scan. Default 64 MiB.</summary>
    public int MaxSummaryBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Bytes that the indexed reader keeps while merging overlapping chunks. A single chunk may be larger; where more
    /// chunks overlap than fit, they are read again in batches. Default 64 MiB, which with the largest chunk allowed,
    /// stored and unpacked, stays below 256 MiB.
    /// </summary>
    public int MaxBufferedBytes { get; init; } = 64 << 20;

    /// <summary>Compressions at hand. Default none: only uncompressed chunks can be read.</summary>
    public IReadOnlyList<IChunkCodec> Codecs { get; init; } = [];
}
