using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Reads chunks and plain records of an MCAP file.</summary>
internal sealed class McapChunkLoader(McapSource source, McapReadOptions options) : ChunkLoader(source, options)
{
    private readonly McapChunkDecoder _decoder = new(options);

    protected override ReadOnlySpan<byte> Unpack(McapChunkSlot slot, in McapChunkRef reference, McapPlace place)
    {
        slot.RecordsStart = 0;
        if (reference.IsPlain)
        {
            Reserve(ref slot.Memory, reference.Length);
            var plain = slot.Memory.AsSpan(0, reference.Length);
            Source.ReadAt(reference.Offset, plain);
            return plain;
        }

        var record = ReadStored(reference);
        if (record.Length < McapFormat.RecordHeaderBytes
            || record[0] != (byte)McapOpcode.Chunk
            || BinaryPrimitives.ReadUInt64LittleEndian(record[1..])
                != (ulong)(reference.Length - McapFormat.RecordHeaderBytes))
            throw place.Damaged($"there is no chunk of {reference.Length} bytes, where the index names one");

        var records = _decoder.Decode(record[McapFormat.RecordHeaderBytes..], place, ref slot.Memory);
        if (((ReadOnlySpan<byte>)record).Overlaps(records, out var start))
        {
            // Uncompressed: the record itself becomes the chunk's memory, and the old memory takes the next record.
            slot.RecordsStart = start;
            (Stored, slot.Memory) = (slot.Memory, Stored);
        }

        return records;
    }
}
