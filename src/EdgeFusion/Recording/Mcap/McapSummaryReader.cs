using System.Buffers.Binary;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Reads the summary and proves it complete: every byte of the data section has to belong to an indexed chunk or to a
/// record seen. Otherwise the file is better scanned.
/// </summary>
internal sealed class McapSummaryReader(McapSource source, McapReadOptions options)
{
    private readonly McapContents _contents = new(new McapDefinitions(options));
    private readonly List<McapChunkRef> _chunks = [];
    private readonly Dictionary<ulong, McapAttachmentIndex> _attachments = [];
    private readonly Dictionary<ulong, McapMetadataIndex> _metadata = [];

    /// <summary>Reads the contents from the summary.</summary>
    /// <exception cref="RecordingException">
    /// There is none, or it is damaged or incomplete; the message says which.
    /// </exception>
    public McapContents Read()
    {
        var start = ReadSection();
        WalkSection(start);
        CheckData(start);
        CheckChannels();
        _contents.Chunks = _chunks.ToArray();
        _contents.SortByTime();
        return _contents;
    }

    private long ReadSection()
    {
        var place = source.Place(Math.Max(0, source.Length - McapFormat.TailBytes));
        Span<byte> tail = stackalloc byte[McapFormat.TailBytes];
        if (source.Length < McapFormat.MagicBytes + McapFormat.TailBytes)
            throw place.Damaged("the file is too short for a footer");
        source.ReadAt(place.Offset, tail);
        if (!tail[^McapFormat.MagicBytes..].SequenceEqual(McapFormat.Magic)
            || tail[0] != (byte)McapOpcode.Footer
            || BinaryPrimitives.ReadUInt64LittleEndian(tail[1..]) != McapFormat.FooterBytes)
            throw place.Damaged("the file does not end with a footer");
        var footer = McapRecordParser.Footer(tail.Slice(McapFormat.RecordHeaderBytes, McapFormat.FooterBytes), place);
        if (footer.SummaryStart == 0)
            throw place.Damaged("the file has no summary");
        if (footer.SummaryStart < McapFormat.MagicBytes || footer.SummaryStart > (ulong)place.Offset)
            throw place.Damaged($"the footer names a summary at {footer.SummaryStart}, outside the file");
        var start = (long)footer.SummaryStart;
        if (place.Offset - start > options.MaxSummaryBytes)
            throw place.TooLarge($"the summary has {place.Offset - start} bytes", nameof(options.MaxSummaryBytes));

        var summary = new byte[place.Offset - start];
        source.ReadAt(start, summary);
        // The CRC covers the summary and the footer up to the CRC itself.
        var crc = Crc32.Append(Crc32.Compute(summary), tail[..(McapFormat.RecordHeaderBytes + 16)]);
        if (options.ValidateCrcs && footer.SummaryCrc != 0 && footer.SummaryCrc != crc)
            throw place.Damaged($"the CRC of the summary is {crc:x8}, the footer says {footer.SummaryCrc:x8}");
        _contents.Summary = summary;
        return start;
    }

    private void WalkSection(long start)
    {
        var records = new McapChunkContents(_contents.Summary, source.Place(start), 0, plain: true);
        while (records.MoveNext())
        {
            var place = source.Place(start + records.Offset);
            var body = records.Body;
            switch (records.Opcode)
            {
                case McapOpcode.Schema:
                    _contents.Definitions.AddSchema(body, place);
                    break;
                case McapOpcode.Channel:
                    _contents.Definitions.AddChannel(body, place);
                    break;
                case McapOpcode.Statistics:
                    _contents.Statistics = McapRecordParser.Statistics(body, place);
                    break;
                case McapOpcode.ChunkIndex:
                    AddChunk(body, records.Position - body.Length, place, start);
                    break;
                case McapOpcode.AttachmentIndex:
                    var attachment = McapRecordParser.AttachmentIndex(body, place);
                    _attachments[attachment.Offset] = attachment;
                    break;
                case McapOpcode.MetadataIndex:
                    var metadata = McapRecordParser.MetadataIndex(body, place);
                    _metadata[metadata.Offset] = metadata;
                    break;
            }

            if (_attachments.Count + _metadata.Count > options.MaxAttachments)
                throw place.TooLarge("there are too many attachments", nameof(options.MaxAttachments));
        }
    }

    private void AddChunk(ReadOnlySpan<byte> body, int bodyAt, McapPlace place, long dataEnd)
    {
        var cursor = new McapCursor(body, McapOpcode.ChunkIndex, place);
        var chunk = new McapChunkRef { StartTime = cursor.ReadUInt64(), EndTime = cursor.ReadUInt64() };
        var offset = cursor.ReadUInt64();
        var length = cursor.ReadUInt64();
        var channels = cursor.ReadBlock();
        var indexLength = cursor.ReadUInt64();
        cursor.ReadBlock();
        cursor.ReadUInt64();
        var unpacked = cursor.ReadUInt64();
        if (channels.Length % (2 + 8) != 0)
            throw place.Damaged("the map of a chunk index does not hold whole entries");
        if (offset > (ulong)dataEnd || length > (ulong)dataEnd - offset
            || indexLength > (ulong)dataEnd - offset - length || length > int.MaxValue || indexLength > int.MaxValue)
            throw place.Damaged($"a chunk index names {length} bytes at {offset}, outside the data section");
        chunk.Offset = (long)offset;
        chunk.Length = (int)length;
        chunk.IndexLength = (int)indexLength;
        chunk.UnpackedLength = (int)Math.Min(unpacked, (ulong)options.MaxChunkBytes);
        // Start, end, offset, length: 32 bytes, then the map's own length.
        chunk.ChannelsAt = bodyAt + 32 + 4;
        chunk.ChannelCount = channels.Length / (2 + 8);
        if (_chunks.Count >= options.MaxChunks)
            throw place.TooLarge($"there are more than {options.MaxChunks} chunks", nameof(options.MaxChunks));
        _chunks.Add(chunk);
    }

    /// <summary>
    /// Walks the data section and leaps over the indexed chunks. Whatever lies between them is looked at, so that no
    /// message outside the index is overlooked and no chunk is delivered twice.
    /// </summary>
    private void CheckData(long end)
    {
        _chunks.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        long position = McapFormat.MagicBytes;
        var next = 0;
        while (position < end)
        {
            if (next < _chunks.Count && _chunks[next].Offset == position)
            {
                position += _chunks[next].Length + (long)_chunks[next].IndexLength;
                next++;
                continue;
            }

            if (next < _chunks.Count && _chunks[next].Offset < position)
                throw source.Place(position).Damaged("indexed chunks overlap");
            position += Between(position, end, out var isDataEnd);
            if (isDataEnd)
                break;
        }

        if (next != _chunks.Count || position != end)
            throw source.Place(position).Damaged("the data section does not end where the summary begins");
    }

    private long Between(long position, long end, out bool isDataEnd)
    {
        var place = source.Place(position);
        Span<byte> head = stackalloc byte[McapFormat.RecordHeaderBytes];
        source.ReadAt(position, head);
        var opcode = (McapOpcode)head[0];
        var length = BinaryPrimitives.ReadUInt64LittleEndian(head[1..]);
        if (opcode == McapOpcode.None || length > (ulong)(end - position - McapFormat.RecordHeaderBytes))
            throw place.Damaged($"{opcode} says {length} bytes, more than the data section holds");
        isDataEnd = opcode == McapOpcode.DataEnd;
        switch (opcode)
        {
            case McapOpcode.Chunk or McapOpcode.Message:
                throw place.Damaged($"{opcode} is not in the index");
            case McapOpcode.Header:
                _contents.Header = McapRecordParser.Header(Body(place, length), place);
                break;
            case McapOpcode.Attachment:
                _contents.Attachments.Add(_attachments.TryGetValue((ulong)position, out var attachment)
                    ? attachment
                    : McapRecordParser.AttachmentEntry(Body(place, length), place));
                break;
            case McapOpcode.Metadata:
                var total = (ulong)McapFormat.RecordHeaderBytes + length;
                _contents.Metadata.Add(_metadata.TryGetValue((ulong)position, out var metadata)
                    ? metadata
                    : new McapMetadataIndex(
                        (ulong)position, total, McapRecordParser.Metadata(Body(place, length), place).Name));
                break;
        }

        if (_contents.Attachments.Count + _contents.Metadata.Count > options.MaxAttachments)
            throw place.TooLarge("there are too many attachments", nameof(options.MaxAttachments));
        return McapFormat.RecordHeaderBytes + (long)length;
    }

    private byte[] Body(McapPlace place, ulong length) => source.ReadBody(place.Offset, length, options);

    /// <summary>Every channel used has to be described in the summary.</summary>
    private void CheckChannels()
    {
        var place = source.Place(source.Length - McapFormat.TailBytes);
        var channels = _contents.Definitions.Channels;
        if (_contents.Statistics is { } statistics
            && (statistics.ChannelCount != channels.Count
                || statistics.SchemaCount != _contents.Definitions.Schemas.Count
                || statistics.ChunkCount != _chunks.Count))
            throw place.Damaged("the summary does not list what its statistics count");
        if (_chunks.Count > 0 && channels.Count == 0)
            throw place.Damaged("the summary lists no channels");
        foreach (var chunk in _chunks)
        {
            for (var i = 0; i < chunk.ChannelCount; i++)
            {
                if (!channels.ContainsKey(_contents.ChannelOf(chunk, i)))
                    throw place.Damaged($"the summary does not describe channel {_contents.ChannelOf(chunk, i)}");
            }
        }
    }
}
