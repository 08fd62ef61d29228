using System.Buffers.Binary;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording.Bags;

/// <summary>
/// Unpacks chunks of a ROS 1 bag and writes their messages as the records that the MCAP reader merges, filters and
/// counts: a little shorter than the originals, whatever they hold.
/// </summary>
internal sealed class BagChunkLoader(McapSource source, BagConnections connections, McapReadOptions options)
    : ChunkLoader(source, options)
{
    /// <summary>Op, connection and time of a message, with their lengths: no message can have less.</summary>
    private const int LeastMessageBytes = 4 + (4 + 4) + (4 + 9) + (4 + 13) + 4;

    private readonly McapChunkDecoder _decoder = new(options);
    private byte[] _unpacked = [];

    protected override ReadOnlySpan<byte> Unpack(McapChunkSlot slot, in McapChunkRef reference, McapPlace place)
    {
        ReadOnlySpan<byte> records = ReadStored(reference);
        if (!reference.IsPlain)
        {
            BagRecord chunk = BagRecord.Take(ref records, place);
            string compression = chunk.Op == BagRecord.Chunk
                ? chunk.Text("compression"u8)
                : throw place.Damaged("there is no chunk where the index names one");
            records = _decoder.Unpack(
                chunk.Data, chunk.UInt32("size"u8), compression == "none" ? "" : compression, place, ref _unpacked);
        }

        return Translate(slot, records, place);
    }

    private ReadOnlySpan<byte> Translate(McapChunkSlot slot, ReadOnlySpan<byte> records, McapPlace place)
    {
        Reserve(ref slot.Memory, records.Length);
        slot.RecordsStart = 0;
        int length = 0;
        ReadOnlySpan<byte> rest = records;
        while (!rest.IsEmpty)
        {
            McapPlace here = place with { InChunk = records.Length - rest.Length };
            BagRecord record = BagRecord.Take(ref rest, here);
            if (record.Op == BagRecord.Connection)
            {
                connections.Add(record, here);
            }
            else if (record.Op == BagRecord.Message)
            {
                length += Write(slot.Memory.AsSpan(length), record, here);
            }
        }

        return slot.Memory.AsSpan(0, length);
    }

    /// <summary>Writes a message as a record of MCAP; its bytes fit where the original's were.</summary>
    private int Write(Span<byte> target, BagRecord record, McapPlace place)
    {
        const int Overhead = McapFormat.RecordHeaderBytes + McapFormat.MessageHeaderBytes;
        System.Diagnostics.Debug.Assert(Overhead < LeastMessageBytes, "the original is longer");
        ulong time = record.Time("time"u8);
        target[0] = (byte)McapOpcode.Message;
        BinaryPrimitives.WriteUInt64LittleEndian(
            target[1..], (ulong)(McapFormat.MessageHeaderBytes + record.Data.Length));
        Span<byte> body = target[McapFormat.RecordHeaderBytes..];
        BinaryPrimitives.WriteUInt16LittleEndian(body, connections.ChannelOf(record.UInt32("conn"u8), place));
        BinaryPrimitives.WriteUInt32LittleEndian(body[2..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(body[6..], time);
        BinaryPrimitives.WriteUInt64LittleEndian(body[14..], time);
        record.Data.CopyTo(body[McapFormat.MessageHeaderBytes..]);
        return Overhead + record.Data.Length;
    }
}
