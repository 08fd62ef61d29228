namespace EdgeFusion.Recording.Mcap;

/// <summary>Lays out records in a buffer, field by field as the specification lists them.</summary>
internal static class McapRecordWriter
{
    public static void WriteHeader(this McapBuffer buffer, McapHeader header, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.Header);
        buffer.WriteString(header.Profile);
        buffer.WriteString(header.Library);
        buffer.EndRecord(start, padding);
    }

    public static void WriteSchema(this McapBuffer buffer, McapSchema schema, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.Schema);
        buffer.WriteUInt16(schema.Id);
        buffer.WriteString(schema.Name);
        buffer.WriteString(schema.Encoding);
        buffer.WriteUInt32((uint)schema.Data.Length);
        buffer.WriteBytes(schema.Data.Span);
        buffer.EndRecord(start, padding);
    }

    public static void WriteChannel(this McapBuffer buffer, McapChannel channel, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.Channel);
        buffer.WriteUInt16(channel.Id);
        buffer.WriteUInt16(channel.SchemaId);
        buffer.WriteString(channel.Topic);
        buffer.WriteString(channel.MessageEncoding);
        buffer.WriteMap(channel.Metadata);
        buffer.EndRecord(start, padding);
    }

    public static void WriteMessageIndex(
        this McapBuffer buffer, ushort channel, ReadOnlySpan<byte> entries, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.MessageIndex);
        buffer.WriteUInt16(channel);
        buffer.WriteUInt32((uint)entries.Length);
        buffer.WriteBytes(entries);
        buffer.EndRecord(start, padding);
    }

    public static void WriteMetadata(this McapBuffer buffer, McapMetadata metadata, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.Metadata);
        buffer.WriteString(metadata.Name);
        buffer.WriteMap(metadata.Metadata);
        buffer.EndRecord(start, padding);
    }

    public static void WriteMetadataIndex(this McapBuffer buffer, McapMetadataIndex index, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.MetadataIndex);
        buffer.WriteUInt64(index.Offset);
        buffer.WriteUInt64(index.Length);
        buffer.WriteString(index.Name);
        buffer.EndRecord(start, padding);
    }

    public static void WriteAttachmentIndex(
        this McapBuffer buffer, McapAttachmentIndex index, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.AttachmentIndex);
        buffer.WriteUInt64(index.Offset);
        buffer.WriteUInt64(index.Length);
        buffer.WriteUInt64(index.LogTime);
        buffer.WriteUInt64(index.CreateTime);
        buffer.WriteUInt64(index.DataSize);
        buffer.WriteString(index.Name);
        buffer.WriteString(index.MediaType);
        buffer.EndRecord(start, padding);
    }

    public static void WriteStatistics(this McapBuffer buffer, McapStatistics statistics, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.Statistics);
        buffer.WriteUInt64(statistics.MessageCount);
        buffer.WriteUInt16(statistics.SchemaCount);
        buffer.WriteUInt32(statistics.ChannelCount);
        buffer.WriteUInt32(statistics.AttachmentCount);
        buffer.WriteUInt32(statistics.MetadataCount);
        buffer.WriteUInt32(statistics.ChunkCount);
        buffer.WriteUInt64(statistics.MessageStartTime);
        buffer.WriteUInt64(statistics.MessageEndTime);
        var map = buffer.BeginBlock();
        foreach (var (channel, count) in statistics.ChannelMessageCounts)
        {
            buffer.WriteUInt16(channel);
            buffer.WriteUInt64(count);
        }

        buffer.EndBlock(map);
        buffer.EndRecord(start, padding);
    }

    public static void WriteSummaryOffset(this McapBuffer buffer, McapSummaryOffset offset, ReadOnlySpan<byte> padding)
    {
        var start = buffer.BeginRecord(McapOpcode.SummaryOffset);
        buffer.WriteByte((byte)offset.GroupOpcode);
        buffer.WriteUInt64(offset.GroupStart);
        buffer.WriteUInt64(offset.GroupLength);
        buffer.EndRecord(start, padding);
    }
}
