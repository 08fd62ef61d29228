using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Tells where a record begins in bytes that nothing else vouches for.</summary>
internal sealed class McapProbe(McapSource source, McapReadOptions options)
{
    /// <summary>Times, size, CRC, length of the compression's name, length of the records.</summary>
    private const int ChunkFixedBytes = 8 + 8 + 8 + 4 + 4 + 8;

    /// <summary>Bytes of a chunk record up to the records, with the longest name of a compression we believe.</summary>
    private const int ChunkHeadBytes = McapFormat.RecordHeaderBytes + ChunkFixedBytes + LongestName;
    private const int LongestName = 16;
    private const int WindowBytes = 256 << 10;

    private readonly byte[] _window = new byte[WindowBytes + ChunkHeadBytes];

    /// <summary>Whether a whole record of a known kind lies at an offset, as far as its lengths tell.</summary>
    public bool IsRecord(long offset)
    {
        Span<byte> head = stackalloc byte[ChunkHeadBytes];
        head = head[..Peek(offset, head)];
        if (head.Length < McapFormat.RecordHeaderBytes)
            return false;
        var opcode = (McapOpcode)head[0];
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head[1..]);
        if (length > (ulong)options.MaxRecordBytes
            || (long)length > source.Length - offset - McapFormat.RecordHeaderBytes)
            return false;
        var body = head[McapFormat.RecordHeaderBytes..];
        return opcode switch
        {
            McapOpcode.Chunk => IsChunk(head, source.Length - offset),
            McapOpcode.MessageIndex => body.Length >= 6 && length >= 6
                && BinaryPrimitives.ReadUInt32LittleEndian(body[2..]) is var bytes
                && bytes % McapFormat.MessageIndexEntryBytes == 0 && bytes == length - 6,
            McapOpcode.DataEnd => length == 4,
            McapOpcode.Footer => length == McapFormat.FooterBytes,
            McapOpcode.Header or McapOpcode.Metadata => StartsWithText(body, 0, length),
            McapOpcode.Schema => StartsWithText(body, 2, length),
            McapOpcode.Channel => StartsWithText(body, 4, length),
            McapOpcode.Attachment => StartsWithText(body, 16, length),
            _ => false,
        };
    }

    /// <summary>The next chunk at or after an offset, or the end of the file.</summary>
    public long NextChunk(long from)
    {
        for (var start = from; start < source.Length; start += WindowBytes)
        {
            var bytes = _window.AsSpan(0, Peek(start, _window));
            for (var at = 0; at < Math.Min(WindowBytes, bytes.Length); at++)
            {
                var next = bytes[at..].IndexOf((byte)McapOpcode.Chunk);
                at += next;
                if (next < 0 || at >= WindowBytes)
                    break;
                if (IsChunk(bytes[at..], source.Length - start - at))
                    return start + at;
            }
        }

        return source.Length;
    }

    /// <summary>Whether the lengths in a chunk's head agree with each other; by chance 1 of 2^64 do.</summary>
    private bool IsChunk(ReadOnlySpan<byte> head, long available)
    {
        if (head.Length < McapFormat.RecordHeaderBytes + ChunkFixedBytes || head[0] != (byte)McapOpcode.Chunk)
            return false;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head[1..]);
        if (length > (ulong)options.MaxRecordBytes || (long)length > available - McapFormat.RecordHeaderBytes)
            return false;
        var body = head[McapFormat.RecordHeaderBytes..];
        var name = BinaryPrimitives.ReadUInt32LittleEndian(body[28..]);
        if (name > LongestName || body.Length < ChunkFixedBytes + (int)name)
            return false;
        var stored = BinaryPrimitives.ReadUInt64LittleEndian(body[(32 + (int)name)..]);
        return stored == length - ChunkFixedBytes - name;
    }

    private static bool StartsWithText(ReadOnlySpan<byte> body, int at, ulong length) =>
        body.Length >= at + 4 && length >= (ulong)at + 4
        && BinaryPrimitives.ReadUInt32LittleEndian(body[at..]) <= length - (ulong)at - 4;

    private int Peek(long offset, Span<byte> destination)
    {
        var wanted = (int)Math.Min(destination.Length, source.Length - offset);
        if (wanted <= 0)
            return 0;
        source.ReadAt(offset, destination[..wanted]);
        return wanted;
    }
}
