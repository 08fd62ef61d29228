using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Walks the records of an unpacked chunk. Always moves on, whatever the bytes say.</summary>
/// <param name="records">The records.</param>
/// <param name="chunk">Where they lie.</param>
/// <param name="position">Offset of the first to walk.</param>
/// <param name="plain">Whether they are records outside chunks, of which more kinds are allowed.</param>
internal ref struct McapChunkContents(
    ReadOnlySpan<byte> records, McapPlace chunk, int position = 0, bool plain = false)
{
    private readonly ReadOnlySpan<byte> _records = records;

    /// <summary>Offset of the next record in the chunk.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Kind of the current record.</summary>
    public McapOpcode Opcode { get; private set; }

    /// <summary>Offset of the current record in the chunk.</summary>
    public int Offset { get; private set; }

    /// <summary>Body of the current record.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Where the current record lies.</summary>
    public readonly McapPlace Place => chunk with { InChunk = Offset };

    /// <summary>Moves to the next record.</summary>
    /// <returns>False at the end of the chunk.</returns>
    /// <exception cref="RecordingException">The records do not fit the chunk.</exception>
    public bool MoveNext()
    {
        var rest = _records[Position..];
        if (rest.IsEmpty)
            return false;
        Offset = Position;
        if (rest.Length < McapFormat.RecordHeaderBytes)
            throw Torn($"the chunk ends with {rest.Length} bytes that are no record");
        Opcode = (McapOpcode)rest[0];
        var length = BinaryPrimitives.ReadUInt64LittleEndian(rest[1..]);
        if (length > (ulong)(rest.Length - McapFormat.RecordHeaderBytes))
            throw Torn($"{Opcode} says {length} bytes where {rest.Length - McapFormat.RecordHeaderBytes} are left");
        if (!plain && !IsAllowedInChunk(Opcode))
            throw Torn($"{Opcode} is not allowed inside a chunk");
        Body = rest.Slice(McapFormat.RecordHeaderBytes, (int)length);
        Position += McapFormat.RecordHeaderBytes + (int)length;
        return true;
    }

    private static bool IsAllowedInChunk(McapOpcode opcode) =>
        opcode is McapOpcode.Schema or McapOpcode.Channel or McapOpcode.Message or > McapFormat.HighestOpcode;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly RecordingException Torn(string what) => Place.Damaged(what);
}
