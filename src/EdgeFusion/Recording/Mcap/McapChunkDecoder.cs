namespace EdgeFusion.Recording.Mcap;

/// <summary>Unpacks chunk records within the limits, and checks their CRC. Believes no declared size.</summary>
internal sealed class McapChunkDecoder(McapReadOptions options)
{
    /// <summary>
    /// Unpacks a chunk. An uncompressed chunk is not copied: the records are a part of <paramref name="body"/>.
    /// </summary>
    /// <param name="body">Body of the chunk record.</param>
    /// <param name="place">Where the record lies.</param>
    /// <param name="buffer">Memory for an unpacked chunk; grows as needed and is kept by the caller.</param>
    /// <returns>The records, valid as long as body and buffer.</returns>
    /// <exception cref="RecordingException">Damaged, over a limit, or a codec is missing.</exception>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> body, McapPlace place, ref byte[] buffer)
    {
        var cursor = new McapCursor(body, McapOpcode.Chunk, place);
        cursor.ReadUInt64();
        cursor.ReadUInt64();
        var size = cursor.ReadUInt64();
        var expected = cursor.ReadUInt32();
        var compression = cursor.ReadString();
        var stored = cursor.ReadBytes(cursor.ReadUInt64());
        var records = Unpack(stored, size, compression, place, ref buffer);
        if (options.ValidateCrcs && expected != 0 && Crc32.Compute(records) is var actual && actual != expected)
            throw place.Damaged($"the chunk's CRC is {actual:x8}, its record says {expected:x8}");
        return records;
    }

    /// <summary>Unpacks a block within the limits; "" is no compression and gives the block itself.</summary>
    public ReadOnlySpan<byte> Unpack(
        ReadOnlySpan<byte> stored, ulong size, string compression, McapPlace place, ref byte[] buffer) =>
        compression.Length == 0
            ? Plain(stored, size, place)
            : UnpackBy(stored, size, compression, place, ref buffer);

    private ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> stored, ulong size, McapPlace place)
    {
        if (size != (ulong)stored.Length)
            throw place.Damaged($"an uncompressed chunk holds {stored.Length} bytes but says {size}");
        if (stored.Length > options.MaxChunkBytes)
            throw place.TooLarge(
                $"the chunk has {stored.Length} bytes, more than the limit of {options.MaxChunkBytes}",
                nameof(options.MaxChunkBytes));
        return stored;
    }

    private ReadOnlySpan<byte> UnpackBy(
        ReadOnlySpan<byte> stored, ulong size, string compression, McapPlace place, ref byte[] buffer)
    {
        if (size > (ulong)options.MaxChunkBytes)
            throw place.TooLarge(
                $"the chunk unpacks to {size} bytes, more than the limit of {options.MaxChunkBytes}",
                nameof(options.MaxChunkBytes));
        // Without this a few bytes could make us reserve the whole of MaxChunkBytes.
        if (size > (ulong)stored.Length * (ulong)options.MaxCompressionRatio)
            throw place.TooLarge(
                $"the chunk unpacks {stored.Length} bytes to {size}, over the ratio {options.MaxCompressionRatio}",
                nameof(options.MaxCompressionRatio));
        var codec = Find(compression, place);
        if (buffer.Length < (int)size)
            buffer = GC.AllocateUninitializedArray<byte>(McapSizes.Grown((int)size, options.MaxChunkBytes));

        int actual;
        try
        {
            actual = codec.Decompress(stored, buffer.AsSpan(0, (int)size));
        }
        catch (RecordingException fault)
        {
            throw place.Fault(
                $"the {compression} chunk cannot be unpacked: {fault.Message}",
                "recover what is left (--recover), or use an intact copy",
                fault);
        }

        if ((ulong)actual != size)
            throw place.Damaged($"the {compression} chunk unpacks to {actual} bytes but says {size}");
        return buffer.AsSpan(0, actual);
    }

    private IChunkCodec Find(string compression, McapPlace place)
    {
        foreach (var codec in options.Codecs)
        {
            if (codec.Name == compression)
                return codec;
        }

        var known = new List<string>();
        foreach (var codec in options.Codecs)
            known.Add(codec.Name);
        throw place.Fault(
            $"the chunk is compressed with '{McapSizes.Shorten(compression)}' and no such codec is at hand"
            + $" (there is: {(known.Count == 0 ? "none" : string.Join(", ", known))})",
            "install the library of that codec, or rewrite the file uncompressed");
    }
}
