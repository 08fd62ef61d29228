namespace EdgeFusion.Recording.Mcap;

/// <summary>What an <see cref="McapWriter"/> puts into the file. The defaults give a complete, indexed file.</summary>
public sealed record McapWriterOptions
{
    /// <summary>Profile in the header. Default empty.</summary>
    public string Profile { get; init; } = "";

    /// <summary>Library in the header. Default empty.</summary>
    public string Library { get; init; } = "";

    /// <summary>Put messages into chunks. Default true; without chunks there is no index and no compression.</summary>
    public bool Chunked { get; init; } = true;

    /// <summary>
    /// Bytes of records after which a chunk is written, 1 KiB to 32 MiB. Default 1 MiB. A chunk exceeds it only when
    /// a single message does. Without chunks: size of the write buffer.
    /// </summary>
    public int ChunkBytes { get; init; } = 1 << 20;

    /// <summary>Compression of chunks; null (default) for none. The writer does not dispose it.</summary>
    public IChunkCodec? Codec { get; init; }

    /// <summary>
    /// Give channels added as bulk (camera frames) chunks of their own, packed by <see cref="BulkCodec"/>. Default
    /// false: all channels share chunks and <see cref="Codec"/>.
    /// </summary>
    public bool BulkChunks { get; init; }

    /// <summary>Compression of bulk chunks; null (default) for none. The writer does not dispose it.</summary>
    public IChunkCodec? BulkCodec { get; init; }

    /// <summary>
    /// Largest record, in bytes. Default 64 MiB, what <see cref="McapReadOptions.MaxRecordBytes"/> accepts.
    /// </summary>
    public int MaxRecordBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Repeat schema and channel in every chunk that uses them, so that each chunk can be read by itself after
    /// damage. Default false.
    /// </summary>
    public bool SelfContainedChunks { get; init; }

    /// <summary>Write message index records after each chunk. Default true.</summary>
    public bool MessageIndex { get; init; } = true;

    /// <summary>Write chunk index records to the summary. Default true.</summary>
    public bool ChunkIndex { get; init; } = true;

    /// <summary>Write statistics to the summary. Default true.</summary>
    public bool Statistics { get; init; } = true;

    /// <summary>Repeat schemas in the summary. Default true.</summary>
    public bool RepeatSchemas { get; init; } = true;

    /// <summary>Repeat channels in the summary. Default true.</summary>
    public bool RepeatChannels { get; init; } = true;

    /// <summary>Write attachment index records to the summary. Default true.</summary>
    public bool AttachmentIndex { get; init; } = true;

    /// <summary>Write metadata index records to the summary. Default true.</summary>
    public bool MetadataIndex { get; init; } = true;

    /// <summary>Write summary offset records. Default true.</summary>
    public bool SummaryOffsets { get; init; } = true;

    /// <summary>Write the CRC of the data section. Default true.</summary>
    public bool DataSectionCrc { get; init; } = true;

    /// <summary>Write the CRC of the summary. Default true.</summary>
    public bool SummaryCrc { get; init; } = true;

    /// <summary>Write the CRC of each chunk. Default true.</summary>
    public bool ChunkCrc { get; init; } = true;

    /// <summary>Write the CRC of each attachment. Default true.</summary>
    public bool AttachmentCrc { get; init; } = true;

    /// <summary>
    /// Memory set aside at the start for the chunk indexes of the summary, some 90 bytes for each chunk; it doubles
    /// where a file has more. Default 64 KiB.
    /// </summary>
    internal int IndexBytes { get; init; } = 64 << 10;

    /// <summary>
    /// Bytes put after every record that may carry some (all but Message, Chunk, DataEnd, Footer and those inside
    /// chunks). Only for tests of readers, which have to ignore them. Default none.
    /// </summary>
    internal byte[] RecordPadding { get; init; } = [];

    /// <summary>Reports every fault together.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        var faults = new List<string>();
        if (ChunkBytes is < 1 << 10 or > 32 << 20)
            faults.Add($"ChunkBytes is {ChunkBytes}, must be 1024 to {32 << 20}");
        if (MaxRecordBytes < 1 << 10)
            faults.Add($"MaxRecordBytes is {MaxRecordBytes}, must be at least 1024");
        if (Codec is not null && !Chunked)
            faults.Add("Codec needs Chunked");
        if (BulkChunks && !Chunked)
            faults.Add("BulkChunks needs Chunked");
        if (BulkCodec is not null && !BulkChunks)
            faults.Add("BulkCodec needs BulkChunks");
        if (faults.Count > 0)
            throw new ArgumentException($"bad MCAP writer options: {string.Join("; ", faults)}");
    }
}
