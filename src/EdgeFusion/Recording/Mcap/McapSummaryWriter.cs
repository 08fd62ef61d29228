namespace EdgeFusion.Recording.Mcap;

/// <summary>Lays out what follows the data: end of data, summary, summary offsets, footer, magic.</summary>
internal sealed class McapSummaryWriter(McapWriterOptions options)
{
    private readonly List<McapSummaryOffset> _groups = [];
    private long _groupStart;

    /// <summary>Writes the end of the file into <paramref name="buffer"/>.</summary>
    /// <param name="buffer">Empty buffer.</param>
    /// <param name="position">Where the buffer will lie in the file.</param>
    /// <param name="dataCrc">CRC of the data section.</param>
    /// <param name="contents">What the summary lists.</param>
    public void Build(McapBuffer buffer, long position, uint dataCrc, McapSummaryContents contents)
    {
        _groups.Clear();
        var end = buffer.BeginRecord(McapOpcode.DataEnd);
        buffer.WriteUInt32(dataCrc);
        buffer.EndRecord(end);

        var start = buffer.Length;
        WriteGroups(buffer, position, contents);
        var summaryLength = buffer.Length - start;

        long offsetStart = 0;
        if (options.SummaryOffsets && _groups.Count > 0)
        {
            offsetStart = position + buffer.Length;
            foreach (var group in _groups)
                buffer.WriteSummaryOffset(group, options.RecordPadding);
        }

        // The CRC covers the head of the footer too, so its length has to stand before.
        buffer.WriteByte((byte)McapOpcode.Footer);
        buffer.WriteUInt64(McapFormat.FooterBytes);
        buffer.WriteUInt64(summaryLength > 0 ? (ulong)(position + start) : 0);
        buffer.WriteUInt64((ulong)offsetStart);
        buffer.WriteUInt32(options.SummaryCrc ? Crc32.Compute(buffer.Written[start..]) : 0);
        buffer.WriteBytes(McapFormat.Magic);
    }

    private void WriteGroups(McapBuffer buffer, long position, McapSummaryContents contents)
    {
        var padding = options.RecordPadding;
        Begin(buffer, position);
        for (var i = 0; options.RepeatSchemas && i < contents.Schemas.Count; i++)
            buffer.WriteSchema(contents.Schemas[i].Schema, padding);
        End(buffer, position, McapOpcode.Schema);

        for (var i = 0; options.RepeatChannels && i < contents.Channels.Count; i++)
            buffer.WriteChannel(contents.Channels[i].Channel, padding);
        End(buffer, position, McapOpcode.Channel);

        if (options.Statistics)
            buffer.WriteStatistics(contents.Statistics, padding);
        End(buffer, position, McapOpcode.Statistics);

        for (var i = 0; options.MetadataIndex && i < contents.Metadata.Count; i++)
            buffer.WriteMetadataIndex(contents.Metadata[i], padding);
        End(buffer, position, McapOpcode.MetadataIndex);

        for (var i = 0; options.AttachmentIndex && i < contents.Attachments.Count; i++)
            buffer.WriteAttachmentIndex(contents.Attachments[i], padding);
        End(buffer, position, McapOpcode.AttachmentIndex);

        buffer.WriteBytes(contents.ChunkIndexes.Written);
        End(buffer, position, McapOpcode.ChunkIndex);
    }

    private void Begin(McapBuffer buffer, long position) => _groupStart = position + buffer.Length;

    private void End(McapBuffer buffer, long position, McapOpcode opcode)
    {
        var end = position + buffer.Length;
        if (end > _groupStart)
            _groups.Add(new McapSummaryOffset(opcode, (ulong)_groupStart, (ulong)(end - _groupStart)));
        _groupStart = end;
    }
}
