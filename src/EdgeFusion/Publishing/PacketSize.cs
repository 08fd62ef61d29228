using System.Text;

namespace EdgeFusion.Publishing;

/// <summary>How large a message becomes on the wire, to the byte: brokers say what they take at most.</summary>
/// <remarks>Add the properties, then ask. Version 5 of the protocol, section 3.3: each text has a length of two bytes,
/// each property an identifier of one. <b>Threading.</b> A value; allocates nothing.</remarks>
public struct PacketSize
{
    /// <summary>Most bytes after the fixed header: four bytes of seven bits each.</summary>
    public const long Most = (1L << 28) - 1;

    private const int IdentifierBytes = 1;
    private const int LengthBytes = 2;
    private const int PacketIdentifierBytes = 2;

    private long _properties;

    /// <summary>Adds a property of one, two or four bytes.</summary>
    public void AddNumber(int bytes) => _properties += IdentifierBytes + bytes;

    /// <summary>Adds a text or binary property.</summary>
    /// <param name="bytes">Its length without the two bytes that tell it.</param>
    public void AddData(int bytes) => _properties += IdentifierBytes + LengthBytes + bytes;

    /// <summary>Adds a property of a name and a value.</summary>
    public void AddPair(int nameBytes, int valueBytes) =>
        _properties += IdentifierBytes + LengthBytes + nameBytes + LengthBytes + valueBytes;

    /// <summary>Bytes after the fixed header.</summary>
    /// <param name="topicBytes">Length of the topic in UTF-8; 0 where an alias stands for it.</param>
    /// <param name="payloadBytes">Length of the payload.</param>
    /// <param name="isAcknowledged">Whether the message has an identifier.</param>
    public readonly long Rest(int topicBytes, int payloadBytes, bool isAcknowledged) =>
        LengthBytes + topicBytes + (isAcknowledged ? PacketIdentifierBytes : 0) + VariableBytes(_properties)
        + _properties + payloadBytes;

    /// <summary>All bytes.</summary>
    public readonly long Whole(int topicBytes, int payloadBytes, bool isAcknowledged)
    {
        long rest = Rest(topicBytes, payloadBytes, isAcknowledged);
        return 1 + VariableBytes(rest) + rest;
    }

    /// <summary>Length of a topic in UTF-8.</summary>
    public static int TopicBytes(string topic) => Encoding.UTF8.GetByteCount(topic);

    private static int VariableBytes(long value) =>
        value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
}
