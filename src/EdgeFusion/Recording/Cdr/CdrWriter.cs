using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace EdgeFusion.Recording.Cdr;

/// <summary>
/// Writes one message in CDR (XCDR1, see <see cref="CdrReader"/>) into a span that the caller has made large enough.
/// Padding bytes are zero, so equal messages are equal bytes.
/// </summary>
/// <remarks>Little endian unless told otherwise; big endian exists for tests of readers. Allocates nothing.</remarks>
internal ref struct CdrWriter
{
    private readonly Span<byte> _destination;
    private readonly bool _isBigEndian;

    /// <summary>Writes the encapsulation header.</summary>
    public CdrWriter(Span<byte> destination, bool isBigEndian = false)
    {
        _destination = destination;
        _isBigEndian = isBigEndian;
        destination[0] = 0;
        destination[1] = (byte)(isBigEndian ? 0 : 1);
        destination[2] = 0;
        destination[3] = 0;
        Length = CdrReader.HeaderBytes;
    }

    /// <summary>Bytes written so far, the header included.</summary>
    public int Length { get; private set; }

    /// <summary>Writes an unsigned byte.</summary>
    public void WriteUInt8(byte value) => Claim(sizeof(byte), sizeof(byte))[0] = value;

    /// <summary>Writes a 32-bit unsigned number.</summary>
    public void WriteUInt32(uint value)
    {
        Span<byte> bytes = Claim(sizeof(uint), sizeof(uint));
        if (_isBigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }
    }

    /// <summary>Writes a 32-bit signed number.</summary>
    public void WriteInt32(int value) => WriteUInt32(unchecked((uint)value));

    /// <summary>Writes a 64-bit float.</summary>
    public void WriteFloat64(double value)
    {
        Span<byte> bytes = Claim(sizeof(double), sizeof(double));
        if (_isBigEndian)
        {
            BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        }
    }

    /// <summary>Writes a string: length with NUL, UTF-8, NUL.</summary>
    public void WriteString(ReadOnlySpan<byte> utf8)
    {
        WriteUInt32((uint)utf8.Length + 1);
        utf8.CopyTo(Claim(utf8.Length, sizeof(byte)));
        WriteUInt8(0);
    }

    /// <summary>Writes a sequence of bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteUInt32((uint)bytes.Length);
        bytes.CopyTo(Claim(bytes.Length, sizeof(byte)));
    }

    /// <summary>Writes a sequence of 32-bit floats bit for bit.</summary>
    public void WriteFloat32Sequence(ReadOnlySpan<float> values)
    {
        WriteUInt32((uint)values.Length);
        if (values.IsEmpty)
        {
            return; // An empty sequence is not aligned.
        }

        Span<byte> bytes = Claim(values.Length * sizeof(float), sizeof(float));
        if (_isBigEndian == BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(
                MemoryMarshal.Cast<float, int>(values), MemoryMarshal.Cast<byte, int>(bytes));
        }
        else
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
        }
    }

    private Span<byte> Claim(int size, int alignment)
    {
        int start = CdrReader.HeaderBytes + ((Length - CdrReader.HeaderBytes + alignment - 1) & -alignment);
        _destination[Length..start].Clear();
        Length = start + size;
        return _destination.Slice(start, size);
    }
}
