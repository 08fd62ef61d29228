using System.Buffers.Binary;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording.Bags;

/// <summary>
/// Finds out what a ROS 1 bag without index holds by reading it from front to back: one that was not closed, or is cut
/// off. The messages of an unfinished chunk lie openly behind its head and are taken one by one.
/// </summary>
internal sealed class BagScan(McapSource source, McapReadOptions options)
{
    /// <summary>Messages outside chunks are taken in stretches of this size.</summary>
    private const int PlainStretchBytes = 1 << 20;

    /// <summary>Longest fields of a record; a message definition is data and no field.</summary>
    private const int MostFieldBytes = 64 << 10;

    private readonly List<McapChunkRef> _chunks = [];
    private readonly SortedDictionary<ushort, ulong> _counts = [];
    private readonly byte[] _head = new byte[BagRecord.LengthBytes + MostFieldBytes + BagRecord.LengthBytes];
    private readonly McapChunkSlot _slot = new();
    private readonly McapContents _contents = new(new McapDefinitions(options))
    {
        Header = new McapHeader("ros1", "rosbag 2.0"),
    };

    /// <summary>Reads the contents.</summary>
    /// <param name="indexFault">Why the index is not used.</param>
    /// <exception cref="RecordingException">The bag is damaged and recovering is not asked for.</exception>
    public McapContents Read(string indexFault)
    {
        _contents.SummaryFault = indexFault;
        _contents.Connections = new BagConnections(_contents.Definitions);
        var loader = new BagChunkLoader(source, _contents.Connections, options);
        long position = BagRecord.Magic.Length;
        try
        {
            while (position < source.Length)
            {
                position += Take(position, loader);
            }
        }
        catch (RecordingException fault) when (options.Recover && fault.InnerException is not IOException)
        {
            McapLosses losses = _contents.Losses;
            losses.Note(fault);
            (losses.Torn, losses.TornAt, losses.LostBytes) = (true, position, source.Length - position);
        }

        // A stretch of which the last message was cut off holds whole messages all the same.
        _contents.Chunks = [.. _chunks];
        _contents.SortByTime();
        _contents.Statistics = Statistics(_contents, _counts);
        return _contents;
    }

    /// <summary>Counts and times of contents.</summary>
    public static McapStatistics Statistics(McapContents contents, SortedDictionary<ushort, ulong> counts)
    {
        ulong messages = 0;
        ulong end = 0;
        foreach (ulong count in counts.Values)
        {
            messages += count;
        }

        foreach (McapChunkRef chunk in contents.Chunks)
        {
            end = Math.Max(end, chunk.EndTime);
        }

        ulong start = contents.Chunks.Length == 0 ? 0 : contents.Chunks[0].StartTime;
        return new McapStatistics(
            messages, (ushort)contents.Definitions.Schemas.Count, (uint)contents.Definitions.Channels.Count, 0, 0,
            (uint)contents.Chunks.Length, start, end, counts);
    }

    /// <summary>Reads the fields of a record and the length of its data into a buffer.</summary>
    public static ReadOnlySpan<byte> ReadFields(McapSource source, long offset, byte[] head, out uint dataBytes)
    {
        McapPlace place = source.Place(offset);
        source.ReadAt(offset, head.AsSpan(0, BagRecord.LengthBytes));
        int fields = FieldBytes(head);
        if (fields < 0 || fields > head.Length - (2 * BagRecord.LengthBytes))
        {
            throw place.Damaged($"a record says {(uint)fields} bytes of fields");
        }

        source.ReadAt(
            offset + BagRecord.LengthBytes, head.AsSpan(BagRecord.LengthBytes, fields + BagRecord.LengthBytes));
        dataBytes = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(BagRecord.LengthBytes + fields));
        return head.AsSpan(BagRecord.LengthBytes, fields);
    }

    /// <summary>Bytes of the fields in a buffer of <see cref="ReadFields"/>.</summary>
    public static int FieldBytes(byte[] head) => BinaryPrimitives.ReadInt32LittleEndian(head);

    /// <returns>Bytes to move on.</returns>
    private long Take(long position, BagChunkLoader loader)
    {
        McapPlace place = source.Place(position);
        BagRecord record = BagRecord.OfFields(ReadFields(source, position, _head, out uint data), place);
        long headBytes = BagRecord.Size(FieldBytes(_head), 0);
        long length = headBytes + data;
        bool isWhole = length <= source.Length - position;
        if (record.Op == BagRecord.Chunk && (!isWhole || data == 0) && record.Text("compression"u8) == "none")
        {
            return headBytes;
        }

        if (!isWhole)
        {
            throw place.Damaged(
                $"the bag is cut off: a record of {length} bytes has {source.Length - position} left");
        }

        switch (record.Op)
        {
            case BagRecord.Chunk:
                TakeStretch(new McapChunkRef { Offset = position, Length = Limited(length, place) }, loader, place);
                break;
            case BagRecord.Message or BagRecord.Connection:
                TakeOpen(position, Limited(length, place), loader, place);
                break;
        }

        return length;
    }

    private int Limited(long length, McapPlace place) => length <= options.MaxRecordBytes
        ? (int)length
        : throw place.TooLarge($"a record has {length} bytes", nameof(options.MaxRecordBytes));

    /// <summary>Takes a record outside whole chunks, together with those right before it.</summary>
    private void TakeOpen(long position, int length, BagChunkLoader loader, McapPlace place)
    {
        var one = new McapChunkRef { Offset = position, Length = length, IsPlain = true };
        int before = _chunks.Count;
        TakeStretch(one, loader, place);
        if (_chunks.Count == before || before == 0)
        {
            return;
        }

        McapChunkRef last = _chunks[^2];
        McapChunkRef added = _chunks[^1];
        if (last.IsPlain && last.Offset + last.Length == position && last.Length + length <= PlainStretchBytes)
        {
            last.Length += length;
            last.UnpackedLength = last.Length;
            last.StartTime = Math.Min(last.StartTime, added.StartTime);
            last.EndTime = Math.Max(last.EndTime, added.EndTime);
            _chunks[^2] = last;
            _chunks.RemoveAt(_chunks.Count - 1);
        }
    }

    private void TakeStretch(McapChunkRef stretch, BagChunkLoader loader, McapPlace place)
    {
        var records = new McapChunkContents(loader.Read(_slot, stretch, place), place);
        stretch.ChannelsAt = -1;
        stretch.StartTime = ulong.MaxValue;
        while (records.MoveNext())
        {
            McapMessageHeader message = McapRecordParser.MessageHeader(records.Body, place);
            stretch.StartTime = Math.Min(stretch.StartTime, message.LogTime);
            stretch.EndTime = Math.Max(stretch.EndTime, message.LogTime);
            _counts[message.ChannelId] = _counts.GetValueOrDefault(message.ChannelId) + 1;
            stretch.UnpackedLength = records.Position;
        }

        if (stretch.UnpackedLength > 0)
        {
            _chunks.Add(stretch);
        }
    }
}
