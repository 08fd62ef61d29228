using System.Buffers.Binary;
using System.Text;

namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>Writes the fields of a Protobuf message; as much of the format as Sparkplug B needs.</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0;
    private const int Length = 2;
    private const int Fixed32 = 5;
    private const int MostVarint = 10;
    private byte[] _buffer = new byte[256];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Number(int field, ulong value)
    {
        Put((ulong)((field << 3) | Varint));
        Put(value);
    }

    public void Float(int field, float value)
    {
        Put((ulong)((field << 3) | Fixed32));
        Reserve(sizeof(float));
        BinaryPrimitives.WriteSingleLittleEndian(_buffer.AsSpan(_length), value);
        _length += sizeof(float);
    }

    public void Text(int field, string value)
    {
        int bytes = Encoding.UTF8.GetByteCount(value);
        Put((ulong)((field << 3) | Length));
        Put((ulong)bytes);
        Reserve(bytes);
        _length += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(_length));
    }

    public void Message(int field, ReadOnlySpan<byte> content)
    {
        Put((ulong)((field << 3) | Length));
        Put((ulong)content.Length);
        Reserve(content.Length);
        content.CopyTo(_buffer.AsSpan(_length));
        _length += content.Length;
    }

    private void Put(ulong value)
    {
        Reserve(MostVarint);
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_length++] = (byte)value;
    }

    private void Reserve(int bytes)
    {
        if (_length + bytes > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        }
    }
}
