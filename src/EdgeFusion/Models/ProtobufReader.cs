using System.Text;

namespace EdgeFusion.Models;

/// <summary>How a field of a protobuf message is encoded.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>Raised by <see cref="ProtobufReader"/>; never leaves <see cref="OnnxModelScan"/>.</summary>
internal sealed class ProtobufException(string message) : Exception(message);

/// <summary>
/// Forward reader over one protobuf message. Every length is checked against what is left before it is used, so that
/// the work is bounded by the size of the input whatever the input claims.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    // A varint of 64 bits takes ceil(64 / 7) = 10 bytes.
    private const int MaxVarintBytes = 10;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    public int Field { get; private set; }

    public WireType Wire { get; private set; }

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        ulong tag = ReadVarint();
        ulong field = tag >> 3;
        if (field is 0 or > (1 << 29) - 1)
        {
            throw new ProtobufException($"field number {field} is out of range");
        }

        Field = (int)field;
        Wire = (WireType)(tag & 7);
        return true;
    }

    /// <summary>The current field as a number.</summary>
    public long Integer()
    {
        Expect(WireType.Varint);
        return (long)ReadVarint();
    }

    /// <summary>The current field as bytes or a nested message.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(WireType.Bytes);
        return Take(ReadVarint());
    }

    /// <summary>The current field as text of at most <paramref name="maxBytes"/> bytes.</summary>
    public string Text(int maxBytes)
    {
        ReadOnlySpan<byte> bytes = Bytes();
        if (bytes.Length > maxBytes)
        {
            throw new ProtobufException($"a name has {bytes.Length} bytes, the limit is {maxBytes}");
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ProtobufException("a name is not valid UTF-8");
        }
    }

    /// <summary>Steps over the current field.</summary>
    public void Skip()
    {
        switch (Wire)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireType.Bytes:
                Take(ReadVarint());
                break;
            case WireType.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw new ProtobufException($"field {Field} has the unsupported wire type {(int)Wire}");
        }
    }

    private readonly void Expect(WireType wire)
    {
        if (Wire != wire)
        {
            throw new ProtobufException($"field {Field} has wire type {(int)Wire}, expected {(int)wire}");
        }
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_message.Length - _at))
        {
            throw new ProtobufException($"field {Field} claims {count} bytes, {_message.Length - _at} are left");
        }

        ReadOnlySpan<byte> taken = _message.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < MaxVarintBytes; i++)
        {
            if (_at == _message.Length)
            {
                throw new ProtobufException("the data ends within a number");
            }

            byte next = _message[_at++];
            if (i == MaxVarintBytes - 1 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new ProtobufException("a number is longer than 64 bits");
    }
}
