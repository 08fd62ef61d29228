namespace EdgeFusion.Recording.Mcap;

/// <summary>Place and time range of a chunk.</summary>
/// <param name="MessageStartTime">Earliest log time in ns; 0 without messages.</param>
/// <param name="MessageEndTime">Latest log time in ns; 0 without messages.</param>
/// <param name="ChunkStartOffset">Offset of the chunk record in the file.</param>
/// <param name="ChunkLength">Length of the chunk record with opcode and length field, in bytes.</param>
/// <param name="MessageIndexOffsets">Offset of the message index record per channel id.</param>
/// <param name="MessageIndexLength">Length of all message index records of the chunk, in bytes.</param>
/// <param name="Compression">"", "lz4" or "zstd".</param>
/// <param name="CompressedSize">Size of the records as stored, in bytes.</param>
/// <param name="UncompressedSize">Size of the records unpacked, in bytes.</param>
public sealed record McapChunkIndex(
    ulong MessageStartTime,
    ulong MessageEndTime,
    ulong ChunkStartOffset,
    ulong ChunkLength,
    IReadOnlyDictionary<ushort, ulong> MessageIndexOffsets,
    ulong MessageIndexLength,
    string Compression,
    ulong CompressedSize,
    ulong UncompressedSize);
