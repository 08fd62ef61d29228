using System.Buffers.Binary;
using System.Text;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Reads the fields of one record; every length is checked against what is there.</summary>
internal ref struct McapCursor(ReadOnlySpan<byte> body, McapOpcode opcode, McapPlace place)
{
    /// <summary>Most entries in a map of strings; each costs far more memory than its bytes in the file.</summary>
    private const int MaxMapEntries = 65_536;

    /// <summary>
    /// Strict: a string that is not UTF-8 is damage. Replacing characters would make two topics one.
    /// </summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly int _length = body.Length;

    private ReadOnlySpan<byte> _rest = body;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    public readonly McapPlace Place => place;

    public byte ReadByte() => ReadBytes(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8));

    public ReadOnlySpan<byte> ReadBytes(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw Short(count);
        var bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return bytes;
    }

    /// <summary>A block with its 32-bit length in front.</summary>
    public ReadOnlySpan<byte> ReadBlock() => ReadBytes(ReadUInt32());

    public string ReadString()
    {
        var bytes = ReadBlock();
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException fault)
        {
            throw place.Fault($"{opcode} holds a text that is not UTF-8", "use an intact copy", fault);
        }
    }

    public Dictionary<string, string> ReadStringMap()
    {
        var entries = new McapCursor(ReadBlock(), opcode, place);
        var map = new Dictionary<string, string>();
        while (entries.Remaining > 0)
        {
            var key = entries.ReadString();
            if (!map.TryAdd(key, entries.ReadString()))
                throw place.Damaged($"{opcode} holds a map with a key twice");
            if (map.Count > MaxMapEntries)
                throw place.Damaged($"{opcode} holds a map of more than {MaxMapEntries} entries");
        }

        return map;
    }

    public Dictionary<ushort, ulong> ReadNumberMap()
    {
        var entries = new McapCursor(ReadBlock(), opcode, place);
        var map = new Dictionary<ushort, ulong>();
        while (entries.Remaining > 0)
        {
            if (!map.TryAdd(entries.ReadUInt16(), entries.ReadUInt64()))
                throw place.Damaged($"{opcode} holds a map with a key twice");
        }

        return map;
    }

    /// <summary>For records that carry nothing behind their last field.</summary>
    public readonly void ExpectEnd()
    {
        if (_rest.Length > 0)
            throw place.Damaged($"{opcode} has {_rest.Length} bytes too many");
    }

    private readonly RecordingException Short(ulong count) => place.Damaged(
        $"{opcode} ends after {_length} bytes, where a field needs {count} and {_rest.Length} are left");
}
