using System.Text;

namespace EdgeFusion.Testing.Inference;

/// <summary>Writes one protobuf message.</summary>
public sealed class ProtobufWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>Writes a number.</summary>
    public void Varint(int field, long value)
    {
        Number((ulong)field << 3);
        Number((ulong)value);
    }

    /// <summary>Writes a text.</summary>
    public void Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a nested message.</summary>
    public void Message(int field, ProtobufWriter message) => Bytes(field, message.ToArray());

    /// <summary>Writes bytes.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Number(((ulong)field << 3) | 2);
        Number((ulong)bytes.Length);
        _bytes.AddRange(bytes);
    }

    /// <summary>Writes bytes that are fields already.</summary>
    public void Raw(ReadOnlySpan<byte> fields) => _bytes.AddRange(fields);

    /// <summary>The message.</summary>
    public byte[] ToArray() => [.. _bytes];

    private void Number(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Add((byte)value);
    }
}
