using System.Buffers.Binary;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording.Bags;

/// <summary>Finds out what a ROS 1 bag holds by the index at its end.</summary>
internal sealed class BagIndex(McapSource source, McapReadOptions options)
{
    /// <summary>The fields in front of a chunk are some fifty bytes.</summary>
    private const int MostFieldBytes = 4096;

    private const int EntryBytes = sizeof(ushort) + sizeof(ulong);

    private readonly List<McapChunkRef> _chunks = [];
    private readonly SortedDictionary<ushort, ulong> _counts = [];
    private readonly McapBuffer _channelsOfChunks = new(4096);
    private readonly byte[] _head = new byte[BagRecord.LengthBytes + MostFieldBytes + BagRecord.LengthBytes];

    /// <summary>Reads the contents.</summary>
    /// <exception cref="RecordingException">The bag has no index, or it is damaged; the message says which.</exception>
    public McapContents Read()
    {
        McapPlace start = source.Place(BagRecord.Magic.Length);
        BagRecord header = BagRecord.OfFields(BagScan.ReadFields(source, start.Offset, _head, out _), start);
        if (header.Op != BagRecord.Header)
        {
            throw start.Damaged("the bag does not begin with its header");
        }

        if (!header.Find("encryptor"u8).IsEmpty)
        {
            throw start.Fault($"'{header.Text("encryptor"u8)}' has encrypted it", "decrypt it with rosbag first");
        }

        ulong index = header.UInt64("index_pos"u8);
        uint chunks = header.UInt32("chunk_count"u8);
        McapPlace place = source.Place((long)Math.Min(index, long.MaxValue));
        if (index < (ulong)BagRecord.Magic.Length || index > (ulong)source.Length)
        {
            throw place.Damaged("the bag has no index: it was not closed, or is cut off");
        }

        if (source.Length - place.Offset > options.MaxSummaryBytes)
        {
            throw place.TooLarge(
                $"the index has {source.Length - place.Offset} bytes", nameof(options.MaxSummaryBytes));
        }

        var contents = new McapContents(new McapDefinitions(options)) { Header = new McapHeader("ros1", "rosbag 2.0") };
        contents.Connections = new BagConnections(contents.Definitions);
        Walk(contents, place);
        if (_chunks.Count != chunks)
        {
            throw place.Damaged($"the index lists {_chunks.Count} of {chunks} chunks");
        }

        contents.Chunks = [.. _chunks];
        contents.Summary = _channelsOfChunks.Written.ToArray();
        contents.SortByTime();
        contents.Statistics = BagScan.Statistics(contents, _counts);
        return contents;
    }

    private void Walk(McapContents contents, McapPlace place)
    {
        var index = new byte[source.Length - place.Offset];
        source.ReadAt(place.Offset, index);
        ReadOnlySpan<byte> rest = index;
        while (!rest.IsEmpty)
        {
            McapPlace here = source.Place(source.Length - rest.Length);
            BagRecord record = BagRecord.Take(ref rest, here);
            if (record.Op == BagRecord.Connection)
            {
                contents.Connections!.Add(record, here);
            }
            else if (record.Op == BagRecord.ChunkInfo)
            {
                AddChunk(contents, record, here);
            }
        }
    }

    private void AddChunk(McapContents contents, BagRecord info, McapPlace place)
    {
        ulong offset = info.UInt64("chunk_pos"u8);
        if (offset > (ulong)source.Length || _chunks.Count >= options.MaxChunks)
        {
            throw place.Damaged("the index names a chunk outside the bag, or too many");
        }

        McapPlace at = source.Place((long)offset);
        BagRecord chunk = BagRecord.OfFields(
            BagScan.ReadFields(source, at.Offset, _head, out uint data), at);
        long length = BagRecord.Size(BagScan.FieldBytes(_head), data);
        if (chunk.Op != BagRecord.Chunk || length > source.Length - at.Offset || length > int.MaxValue)
        {
            throw at.Damaged("there is no whole chunk where the index names one");
        }

        int channelsAt = _channelsOfChunks.Length;
        for (ReadOnlySpan<byte> rest = info.Data; rest.Length >= 2 * sizeof(uint); rest = rest[(2 * sizeof(uint))..])
        {
            ushort channel = contents.Connections!.ChannelOf(BinaryPrimitives.ReadUInt32LittleEndian(rest), place);
            _counts[channel] = _counts.GetValueOrDefault(channel)
                + BinaryPrimitives.ReadUInt32LittleEndian(rest[sizeof(uint)..]);
            _channelsOfChunks.WriteUInt16(channel);
            _channelsOfChunks.WriteUInt64(offset);
        }

        _chunks.Add(new McapChunkRef
        {
            StartTime = info.Time("start_time"u8),
            EndTime = info.Time("end_time"u8),
            Offset = at.Offset,
            Length = (int)length,
            UnpackedLength = (int)Math.Min(chunk.UInt32("size"u8), (uint)options.MaxChunkBytes),
            ChannelsAt = channelsAt,
            ChannelCount = (_channelsOfChunks.Length - channelsAt) / EntryBytes,
        });
    }
}
