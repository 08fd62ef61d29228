using System.Buffers.Binary;
using System.Text;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Publishing.Durable;

/// <summary>What stands before each record of the log; little-endian, 64 bytes, then topic, content type and payload,
/// padded to 8 bytes.</summary>
/// <remarks>
/// <code>
///  0 magic "EFR1"   4 state   8 CRC-32 of all from 12 on   12 length without padding   16 index in the log
/// 24 epoch   32 sequence   40 enqueued, ns   48 expiry, 100 ns   56 topic bytes   58 content type bytes
/// 59 kind   60 flags   61 gap reason   62 zero
/// </code>
/// The state is outside of the CRC because it changes in place; the two values differ in 14 bits, so that no single
/// flip turns "waiting" into "done".
/// </remarks>
internal readonly record struct RecordHeader(
    uint State, int Length, long Index, long Epoch, long Sequence, long Enqueued, long Expiry, int TopicBytes,
    int ContentTypeBytes, RecordKind Kind, byte Flags, GapReason Reason)
{
    public const int Bytes = 64;
    public const uint Waiting = 0;
    public const uint Done = 0x454E4F44;
    public const int StateOffset = 4;
    private const uint Magic = 0x31524645;
    private const int CrcOffset = 8;
    private const int CheckedFrom = 12;
    private const byte HasKeyFlag = 1;
    private const int Alignment = 8;

    public bool HasKey => (Flags & HasKeyFlag) != 0;

    public MessageKey? Key => HasKey ? new MessageKey(Epoch, Sequence) : null;

    public bool IsDone => State == Done;

    public int PayloadBytes => Length - Bytes - TopicBytes - ContentTypeBytes;

    /// <summary>Bytes to the next record.</summary>
    public int Stride => Padded(Length);

    /// <summary>The first bytes of every record.</summary>
    public static ReadOnlySpan<byte> MagicBytes => "EFR1"u8;

    public static int Size(in PublishMessage message) => Padded(
        Bytes + Encoding.UTF8.GetByteCount(message.Topic) + Encoding.UTF8.GetByteCount(message.ContentType)
        + message.Payload.Length);

    /// <summary>Writes a message as a record.</summary>
    /// <returns>Its stride; the padding is zero.</returns>
    public static int Write(
        Span<byte> target, in PublishMessage message, RecordKind kind, GapReason reason, long index, long enqueued)
    {
        int topic = Encoding.UTF8.GetBytes(message.Topic, target[Bytes..]);
        int type = Encoding.UTF8.GetBytes(message.ContentType, target[(Bytes + topic)..]);
        int content = Bytes + topic + type;
        message.Payload.Span.CopyTo(target[content..]);
        int length = content + message.Payload.Length;
        int stride = Padded(length);
        target[length..stride].Clear();
        MessageKey key = message.Key ?? default;
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[StateOffset..], Waiting);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], length);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], index);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], key.Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], key.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], enqueued);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], message.Expiry.Ticks);
        BinaryPrimitives.WriteUInt16LittleEndian(target[56..], (ushort)topic);
        target[58] = (byte)type;
        target[59] = (byte)kind;
        target[60] = message.Key is null ? (byte)0 : HasKeyFlag;
        target[61] = (byte)reason;
        target[62] = 0;
        target[63] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(
            target[CrcOffset..], Crc32.Compute(target[CheckedFrom..length]));
        return stride;
    }

    /// <summary>Reads the header of a record whose content may not be there yet; checks the lengths only.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out RecordHeader header)
    {
        header = default;
        if (source.Length < Bytes || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
        {
            return false;
        }

        header = new RecordHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source[StateOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[48..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[56..]),
            source[58],
            (RecordKind)source[59],
            source[60],
            (GapReason)source[61]);
        return header.Length >= Bytes + header.TopicBytes + header.ContentTypeBytes
            && header.Length <= OutboxLog.MaxRecordBytes && header.Index >= 0;
    }

    /// <summary>Reads and checks a whole record.</summary>
    public static bool TryReadWhole(ReadOnlySpan<byte> source, out RecordHeader header) =>
        TryRead(source, out header) && header.Length <= source.Length
        && BinaryPrimitives.ReadUInt32LittleEndian(source[CrcOffset..])
            == Crc32.Compute(source[CheckedFrom..header.Length]);

    private static int Padded(int length) => (length + Alignment - 1) & ~(Alignment - 1);
}
