namespace EdgeFusion.Recording.Mcap;

/// <summary>Port: a compression of MCAP chunks. Implementations bind a library; core itself has none.</summary>
/// <remarks>
/// <b>Threading.</b> Used by one thread at a time; a codec may keep a context, so each reader and writer gets its own.
/// <b>Ownership.</b> Whoever created the codec disposes it.
/// </remarks>
public interface IChunkCodec : IDisposable
{
    /// <summary>Name of the compression in the file: "lz4" (frame format) or "zstd".</summary>
    string Name { get; }

    /// <summary>The most bytes that compressing <paramref name="sourceLength"/> bytes can produce.</summary>
    int MaxCompressedLength(int sourceLength);

    /// <summary>Compresses a block.</summary>
    /// <param name="source">The block.</param>
    /// <param name="destination">At least <see cref="MaxCompressedLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="RecordingException">The library reports an error.</exception>
    int Compress(ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>Decompresses a whole block and never writes past the destination, whatever the block claims.</summary>
    /// <returns>Bytes actually written.</returns>
    /// <exception cref="RecordingException">
    /// The block is damaged, incomplete, or longer than the destination.
    /// </exception>
    int Decompress(ReadOnlySpan<byte> source, Span<byte> destination);
}
