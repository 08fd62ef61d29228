using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace EdgeFusion.Publishing.Cbor;

/// <summary>Payloads in CBOR: preferred serialization of RFC 8949 section 4.1, definite lengths.</summary>
/// <remarks>
/// The number of items of a map or an array is known at its end only. A byte is kept for it; where it does not fit
/// there (24 items and more), the content moves.
/// </remarks>
internal sealed class CborPayloadWriter : PayloadWriter
{
    private const int MaxDepth = 16;
    private const int LargestHead = 9;

    private readonly int[] _starts = new int[MaxDepth];
    private readonly int[] _counts = new int[MaxDepth];
    private byte[] _buffer = new byte[1024];
    private IBufferWriter<byte>? _output;
    private int _length;
    private int _depth;

    public override void Reset(IBufferWriter<byte> output)
    {
        _output = output;
        _length = 0;
        _depth = 0;
    }

    public override void StartMap() => Open();

    public override void StartMap(in PayloadText name)
    {
        Name(name);
        Open();
    }

    public override void EndMap() => Close(CborMajor.Map);

    public override void StartArray(in PayloadText name)
    {
        Name(name);
        Open();
    }

    public override void EndArray() => Close(CborMajor.Array);

    public override void Text(in PayloadText name, in PayloadText value)
    {
        Name(name);
        Text(value.Utf8);
    }

    public override void Text(in PayloadText name, ReadOnlySpan<char> value)
    {
        Name(name);
        int bytes = Encoding.UTF8.GetByteCount(value);
        Head(CborMajor.Text, (ulong)bytes);
        Reserve(bytes);
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
    }

    public override void Number(in PayloadText name, long value)
    {
        Name(name);
        if (value < 0)
        {
            // -1 - n; the complement of the two's complement is exactly n.
            Head(CborMajor.Negative, (ulong)~value);
        }
        else
        {
            Head(CborMajor.Unsigned, (ulong)value);
        }
    }

    public override void Number(in PayloadText name, double value)
    {
        Name(name);
        if ((float)value == value)
        {
            Float((float)value);
        }
        else if (double.IsFinite(value))
        {
            Reserve(LargestHead);
            _buffer[_length] = CborMajor.Float64;
            BinaryPrimitives.WriteDoubleBigEndian(_buffer.AsSpan(_length + 1), value);
            _length += 1 + sizeof(double);
        }
        else
        {
            Byte(CborMajor.Null);
        }
    }

    public override void Number(in PayloadText name, float value)
    {
        Name(name);
        Float(value);
    }

    public override void Number(float value)
    {
        _counts[_depth - 1]++;
        Float(value);
    }

    public override void Flag(in PayloadText name, bool value)
    {
        Name(name);
        Byte(value ? CborMajor.True : CborMajor.False);
    }

    public override void Nothing(in PayloadText name)
    {
        Name(name);
        Byte(CborMajor.Null);
    }

    public override void Flush()
    {
        _buffer.AsSpan(0, _length).CopyTo(_output!.GetSpan(_length));
        _output.Advance(_length);
        _length = 0;
    }

    public override void Dispose()
    {
        // Memory only.
    }

    private void Name(in PayloadText name)
    {
        _counts[_depth - 1]++;
        Text(name.Utf8);
    }

    private void Text(byte[] utf8)
    {
        Head(CborMajor.Text, (ulong)utf8.Length);
        Reserve(utf8.Length);
        utf8.CopyTo(_buffer.AsSpan(_length));
        _length += utf8.Length;
    }

    private void Float(float value)
    {
        Reserve(LargestHead);
        if (!float.IsFinite(value))
        {
            _buffer[_length++] = CborMajor.Null;
            return;
        }

        var half = (Half)value;
        if ((float)half == value)
        {
            _buffer[_length] = CborMajor.Float16;
            BinaryPrimitives.WriteHalfBigEndian(_buffer.AsSpan(_length + 1), half);
            _length += 3;
        }
        else
        {
            _buffer[_length] = CborMajor.Float32;
            BinaryPrimitives.WriteSingleBigEndian(_buffer.AsSpan(_length + 1), value);
            _length += 1 + sizeof(float);
        }
    }

    private void Open()
    {
        _starts[_depth] = _length;
        _counts[_depth++] = 0;
        Byte(0);
    }

    private void Close(int major)
    {
        int start = _starts[--_depth];
        int more = HeadBytes((ulong)_counts[_depth]) - 1;
        if (more > 0)
        {
            Reserve(more);
            _buffer.AsSpan(start + 1, _length - start - 1).CopyTo(_buffer.AsSpan(start + 1 + more));
        }

        int end = _length + more;
        _length = start;
        Head(major, (ulong)_counts[_depth]);
        _length = end;
    }

    private void Byte(byte value)
    {
        Reserve(1);
        _buffer[_length++] = value;
    }

    private static int HeadBytes(ulong value) => value switch
    {
        < CborMajor.OneByte => 1,
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => LargestHead,
    };

    private void Head(int major, ulong value)
    {
        Reserve(LargestHead);
        Span<byte> at = _buffer.AsSpan(_length);
        int bytes = HeadBytes(value);
        int initial = major << 5;
        switch (bytes)
        {
            case 1:
                at[0] = (byte)(initial | (int)value);
                break;
            case 2:
                at[0] = (byte)(initial | CborMajor.OneByte);
                at[1] = (byte)value;
                break;
            case 3:
                at[0] = (byte)(initial | (CborMajor.OneByte + 1));
                BinaryPrimitives.WriteUInt16BigEndian(at[1..], (ushort)value);
                break;
            case 5:
                at[0] = (byte)(initial | (CborMajor.OneByte + 2));
                BinaryPrimitives.WriteUInt32BigEndian(at[1..], (uint)value);
                break;
            default:
                at[0] = (byte)(initial | (CborMajor.OneByte + 3));
                BinaryPrimitives.WriteUInt64BigEndian(at[1..], value);
                break;
        }

        _length += bytes;
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        }
    }
}
