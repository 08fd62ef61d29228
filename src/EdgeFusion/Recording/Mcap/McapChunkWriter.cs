using System.Diagnostics;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Turns a block into a chunk record with its message indexes, and collects the chunk indexes.</summary>
internal sealed class McapChunkWriter(McapSink sink, McapWriterOptions options)
{
    /// <summary>
    /// A chunk that shrinks further than this is stored as it is: readers, ours included, take a higher ratio for a
    /// decompression bomb.
    /// </summary>
    private const int MaxRatio = 1000;

    private readonly McapBuffer _head = new(128);
    private readonly McapBuffer _tail = new(64 << 10);
    private readonly McapBuffer _packed = new(
        options.Codec?.MaxCompressedLength(options.ChunkBytes) ?? 0);

    /// <summary>Chunk index records for the summary.</summary>
    public McapBuffer Indexes { get; } = new(options.IndexBytes);

    /// <summary>Chunks in the file.</summary>
    public uint Count { get; private set; }

    /// <summary>Writes the block as a chunk, all or nothing.</summary>
    /// <exception cref="RecordingException">The write failed; the block still waits.</exception>
    public void Write(McapBlock block, IChunkCodec? codec)
    {
        var raw = block.Records.Written;
        var crc = options.ChunkCrc ? Crc32.Compute(raw) : 0;
        var stored = Pack(raw, codec, out var compression);

        _head.Clear();
        _head.WriteByte((byte)McapOpcode.Chunk);
        _head.WriteUInt64((ulong)(8 + 8 + 8 + 4 + 4 + compression.Length + 8 + stored.Length));
        _head.WriteUInt64(block.StartTime);
        _head.WriteUInt64(block.EndTime);
        _head.WriteUInt64((ulong)raw.Length);
        _head.WriteUInt32(crc);
        _head.WriteString(compression);
        _head.WriteUInt64((ulong)stored.Length);

        var start = sink.Position;
        var length = _head.Length + stored.Length;
        var indexStart = Indexes.Length;
        if (options.ChunkIndex)
            BeginIndex(block, start, length);
        BuildMessageIndexes(block, start + length);
        if (options.ChunkIndex)
            EndIndex(indexStart, compression, stored.Length, raw.Length);
        try
        {
            var known = options.ChunkCrc && compression.Length == 0 ? crc : (uint?)null;
            sink.Write(_head.Written, stored, known, _tail.Written);
        }
        catch (RecordingException)
        {
            Indexes.Truncate(indexStart);
            throw;
        }

        Debug.Assert(sink.Position == start + length + _tail.Length, "the chunk index must say where the chunk lies");
        Count++;
    }

    private ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> raw, IChunkCodec? codec, out string compression)
    {
        compression = "";
        if (codec is null)
            return raw;
        var room = _packed.Peek(codec.MaxCompressedLength(raw.Length));
        var length = codec.Compress(raw, room);
        if (length >= raw.Length || raw.Length > (long)length * MaxRatio)
            return raw;
        compression = codec.Name;
        return room[..length];
    }

    private void BeginIndex(McapBlock block, long start, int length)
    {
        Indexes.BeginRecord(McapOpcode.ChunkIndex);
        Indexes.WriteUInt64(block.StartTime);
        Indexes.WriteUInt64(block.EndTime);
        Indexes.WriteUInt64((ulong)start);
        Indexes.WriteUInt64((ulong)length);
    }

    private void BuildMessageIndexes(McapBlock block, long start)
    {
        _tail.Clear();
        var map = options.ChunkIndex ? Indexes.BeginBlock() : 0;
        for (var i = 0; options.MessageIndex && i < block.Channels.Count; i++)
        {
            var channel = block.Channels[i];
            if (options.ChunkIndex)
            {
                Indexes.WriteUInt16(channel.Channel.Id);
                Indexes.WriteUInt64((ulong)(start + _tail.Length));
            }

            _tail.WriteMessageIndex(channel.Channel.Id, channel.Entries, options.RecordPadding);
        }

        if (options.ChunkIndex)
            Indexes.EndBlock(map);
    }

    private void EndIndex(int indexStart, string compression, int storedBytes, int rawBytes)
    {
        Indexes.WriteUInt64((ulong)_tail.Length);
        Indexes.WriteString(compression);
        Indexes.WriteUInt64((ulong)storedBytes);
        Indexes.WriteUInt64((ulong)rawBytes);
        Indexes.EndRecord(indexStart + McapFormat.RecordHeaderBytes, options.RecordPadding);
    }
}
