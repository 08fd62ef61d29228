using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace EdgeFusion.Recording.Cdr;

/// <summary>
/// Reads one message in CDR as ROS 2 writes it: a 4-byte encapsulation header, then the fields in order, each primitive
/// aligned to its size (XCDR1, at most 8) relative to the byte after the header. Reads messages of ROS 1, too.
/// </summary>
/// <remarks>
/// <para>Nothing is believed: every length is checked against the bytes that are left before it is used, and a read
/// never leaves the message. Spans point into the message.</para>
/// <para>Hot path: allocates nothing unless the message is damaged.</para>
/// </remarks>
internal ref struct CdrReader
{
    /// <summary>Bytes of the encapsulation header; alignment counts from its end.</summary>
    public const int HeaderBytes = 4;

    private const byte BigEndianId = 0;
    private const byte LittleEndianId = 1;

    private readonly ReadOnlySpan<byte> _message;
    private readonly string _what;
    private readonly int _start;
    private int _offset;

    /// <summary>Starts behind the encapsulation header.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="what">Type (and topic) for errors.</param>
    /// <param name="wire">How it lies in bytes.</param>
    /// <exception cref="RecordingException">The header is missing or names an encoding other than plain
    /// CDR.</exception>
    public CdrReader(ReadOnlySpan<byte> message, string what, RosWire wire = RosWire.Cdr)
    {
        _message = message;
        _what = what;
        IsRos1 = wire == RosWire.Ros1;
        if (IsRos1)
        {
            return;
        }

        if (message.Length < HeaderBytes)
        {
            ThrowDamaged("encapsulation header", HeaderBytes);
        }

        if (message[0] != 0 || message[1] > LittleEndianId)
        {
            ThrowUnsupportedEncapsulation(message, what);
        }

        IsBigEndian = message[1] == BigEndianId;
        _start = HeaderBytes;
        _offset = HeaderBytes;
    }

    /// <summary>Whether fields follow each other without alignment, as in ROS 1.</summary>
    public bool IsRos1 { get; }

    /// <summary>Whether the message's numbers are big endian.</summary>
    public bool IsBigEndian { get; }

    /// <summary>Where the next read starts, in bytes from the message's start, before alignment.</summary>
    public readonly int Offset => _offset;

    /// <summary>Goes on from an <see cref="Offset"/> of a reader of the same message.</summary>
    public void MoveTo(int offset) => _offset = offset;

    /// <summary>Reads an unsigned byte.</summary>
    public byte ReadUInt8(string field) => Take(sizeof(byte), sizeof(byte), field)[0];

    /// <summary>Reads a 32-bit unsigned number.</summary>
    public uint ReadUInt32(string field)
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(uint), sizeof(uint), field);
        return IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Reads a 32-bit signed number.</summary>
    public int ReadInt32(string field) => unchecked((int)ReadUInt32(field));

    /// <summary>Reads a string as UTF-8 without its terminating NUL.</summary>
    public ReadOnlySpan<byte> ReadString(string field)
    {
        ReadOnlySpan<byte> bytes = ReadBytes(field);

        // The length counts the NUL; a writer that says 0 for the empty string is let through.
        return bytes.Length > 0 && bytes[^1] == 0 ? bytes[..^1] : bytes;
    }

    /// <summary>Reads a sequence of bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(string field) => Take(ReadCount(field, sizeof(byte)), sizeof(byte), field);

    /// <summary>Reads a sequence of 64-bit floats.</summary>
    public CdrNumbers ReadFloat64Sequence(string field) => ReadFloat64Array(field, ReadCount(field, sizeof(double)));

    /// <summary>Reads a fixed array of 64-bit floats.</summary>
    public CdrNumbers ReadFloat64Array(string field, int count) =>
        new(ReadElements(field, count, sizeof(double)), sizeof(double), IsBigEndian);

    /// <summary>Reads a sequence of 32-bit floats.</summary>
    public CdrNumbers ReadFloat32Sequence(string field) =>
        new(ReadElements(field, ReadCount(field, sizeof(float)), sizeof(float)), sizeof(float), IsBigEndian);

    /// <summary>Reads the number of elements of a sequence and checks that they can all be there.</summary>
    /// <param name="field">Name for errors.</param>
    /// <param name="leastElementBytes">The fewest bytes that one element takes, &gt;= 1.</param>
    public int ReadCount(string field, int leastElementBytes)
    {
        uint count = ReadUInt32(field);
        if (count > (uint)(_message.Length - _offset) / (uint)leastElementBytes)
        {
            ThrowTooMany(field, count, leastElementBytes);
        }

        return (int)count;
    }

    private ReadOnlySpan<byte> ReadElements(string field, int count, int elementBytes) =>
        count == 0 ? default : Take(count * elementBytes, elementBytes, field); // An empty sequence is not aligned.

    private ReadOnlySpan<byte> Take(int size, int alignment, string field)
    {
        int start = IsRos1 ? _offset : _start + ((_offset - _start + alignment - 1) & -alignment);
        if (start > _message.Length || size > _message.Length - start)
        {
            ThrowDamaged(field, size);
        }

        _offset = start + size;
        return _message.Slice(start, size);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void ThrowDamaged(string field, int size) => throw new RecordingException(string.Create(
        CultureInfo.InvariantCulture,
        $"Cannot read {_what}: field '{field}' at byte {_offset} needs {size} bytes but the message has "
        + $"{_message.Length}. The message is cut short or of another type."));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void ThrowTooMany(string field, uint count, int elementBytes) => throw new RecordingException(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Cannot read {_what}: field '{field}' before byte {_offset} says {count} elements of at least "
            + $"{elementBytes} bytes but {_message.Length - _offset} bytes are left. "
            + $"The message is damaged or of another type."));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowUnsupportedEncapsulation(ReadOnlySpan<byte> message, string what) =>
        throw new RecordingException(string.Create(
            CultureInfo.InvariantCulture,
            $"Cannot read {what}: encapsulation {message[0]:x2} {message[1]:x2} at byte 0 is not supported; supported "
            + $"are plain CDR big endian (00 00) and little endian (00 01)."));
}
