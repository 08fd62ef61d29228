using System.Buffers.Binary;
using System.Text;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording.Bags;

/// <summary>
/// One record of a ROS 1 bag, version 2.0: a 32-bit length, fields "name=value" each with a 32-bit length, a 32-bit
/// length again, and data. All numbers are little endian.
/// </summary>
internal readonly ref struct BagRecord
{
    public const byte Message = 2;
    public const byte Header = 3;
    public const byte Index = 4;
    public const byte Chunk = 5;
    public const byte ChunkInfo = 6;
    public const byte Connection = 7;

    /// <summary>Bytes of each of the two lengths.</summary>
    public const int LengthBytes = sizeof(uint);

    private readonly ReadOnlySpan<byte> _fields;
    private readonly McapPlace _place;

    private BagRecord(ReadOnlySpan<byte> fields, ReadOnlySpan<byte> data, McapPlace place)
    {
        _fields = fields;
        _place = place;
        Data = data;
        ReadOnlySpan<byte> op = Find("op"u8);
        Op = op.Length == 1 ? op[0] : throw place.Damaged("a record does not say what it is");
    }

    /// <summary>First line of every bag that can be read here.</summary>
    public static ReadOnlySpan<byte> Magic => "#ROSBAG V2.0\n"u8;

    /// <summary>What the record is.</summary>
    public byte Op { get; }

    /// <summary>The data; empty where only the head was read.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Bytes that a record takes.</summary>
    public static long Size(int fields, long data) => LengthBytes + fields + LengthBytes + data;

    /// <summary>Takes the fields of a record whose data lies elsewhere.</summary>
    public static BagRecord OfFields(ReadOnlySpan<byte> fields, McapPlace place) => new(fields, default, place);

    /// <summary>Takes the record at the beginning of a block.</summary>
    /// <param name="bytes">The block; moved behind the record.</param>
    /// <param name="place">Where it lies.</param>
    /// <exception cref="RecordingException">The block is too short for what the record says.</exception>
    public static BagRecord Take(scoped ref ReadOnlySpan<byte> bytes, McapPlace place)
    {
        ReadOnlySpan<byte> fields = TakeBlock(ref bytes, place);
        return new BagRecord(fields, TakeBlock(ref bytes, place), place);
    }

    public uint UInt32(ReadOnlySpan<byte> name) => BinaryPrimitives.ReadUInt32LittleEndian(Value(name, sizeof(uint)));

    public ulong UInt64(ReadOnlySpan<byte> name) => BinaryPrimitives.ReadUInt64LittleEndian(Value(name, sizeof(ulong)));

    /// <summary>Seconds and nanoseconds since 1970 as nanoseconds.</summary>
    public ulong Time(ReadOnlySpan<byte> name) => Time(Value(name, sizeof(ulong)), _place);

    public string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(Find(name));

    /// <summary>Reads a time: 32 bits of seconds, 32 bits of nanoseconds.</summary>
    public static ulong Time(ReadOnlySpan<byte> bytes, McapPlace place)
    {
        const uint NanosecondsPerSecond = 1_000_000_000;
        uint nanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return nanoseconds < NanosecondsPerSecond
            ? (BinaryPrimitives.ReadUInt32LittleEndian(bytes) * (ulong)NanosecondsPerSecond) + nanoseconds
            : throw place.Damaged($"a time has {nanoseconds} nanoseconds, more than a second");
    }

    /// <summary>The value of a field; empty where there is none.</summary>
    public ReadOnlySpan<byte> Find(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> rest = _fields;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> field = TakeBlock(ref rest, _place);
            if (field.Length > name.Length && field.StartsWith(name) && field[name.Length] == '=')
            {
                return field[(name.Length + 1)..];
            }
        }

        return default;
    }

    private static ReadOnlySpan<byte> TakeBlock(scoped ref ReadOnlySpan<byte> bytes, McapPlace place)
    {
        uint length = bytes.Length < LengthBytes ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length > bytes.Length - LengthBytes)
        {
            throw place.Damaged("a record or field is longer than what holds it");
        }

        ReadOnlySpan<byte> block = bytes.Slice(LengthBytes, (int)length);
        bytes = bytes[(LengthBytes + (int)length)..];
        return block;
    }

    private ReadOnlySpan<byte> Value(ReadOnlySpan<byte> name, int bytes)
    {
        ReadOnlySpan<byte> value = Find(name);
        return value.Length == bytes
            ? value
            : throw _place.Damaged(
                $"field '{Encoding.UTF8.GetString(name)}' of a record has {value.Length} bytes instead of {bytes}");
    }
}
