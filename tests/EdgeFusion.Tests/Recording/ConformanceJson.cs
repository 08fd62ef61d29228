using System.Globalization;
using System.Text.Json.Nodes;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Tests.Recording;

/// <summary>Records in the suite's notation: numbers as strings, bytes as arrays of them, fields by name.</summary>
internal static class ConformanceJson
{
    public static JsonNode Of(McapStreamReader reader) => reader.Opcode switch
    {
        McapOpcode.Header => Of(reader.GetHeader()),
        McapOpcode.Footer => Of(reader.GetFooter()),
        McapOpcode.Schema => Of(reader.Schema),
        McapOpcode.Channel => Of(reader.Channel),
        McapOpcode.Message => Of(reader.Message),
        McapOpcode.ChunkIndex => Of(reader.GetChunkIndex()),
        McapOpcode.Attachment => Of(reader.GetAttachment()),
        McapOpcode.AttachmentIndex => Of(reader.GetAttachmentIndex()),
        McapOpcode.Statistics => Of(reader.GetStatistics()),
        McapOpcode.Metadata => Of(reader.GetMetadata()),
        McapOpcode.MetadataIndex => Of(reader.GetMetadataIndex()),
        McapOpcode.SummaryOffset => Of(reader.GetSummaryOffset()),
        McapOpcode.DataEnd => Record("DataEnd", ("data_section_crc", Number(reader.GetDataEnd().DataSectionCrc))),
        _ => throw new InvalidOperationException($"{reader.Opcode} is never shown"),
    };

    public static JsonNode Of(McapSchema schema) => Record(
        "Schema",
        ("data", Bytes(schema.Data.Span)),
        ("encoding", schema.Encoding),
        ("id", Number(schema.Id)),
        ("name", schema.Name));

    public static JsonNode Of(McapChannel channel) => Record(
        "Channel",
        ("id", Number(channel.Id)),
        ("message_encoding", channel.MessageEncoding),
        ("metadata", Map(channel.Metadata)),
        ("schema_id", Number(channel.SchemaId)),
        ("topic", channel.Topic));

    public static JsonNode Of(McapMessage message) => Record(
        "Message",
        ("channel_id", Number(message.Channel.Id)),
        ("data", Bytes(message.Data)),
        ("log_time", Number(message.LogTime)),
        ("publish_time", Number(message.PublishTime)),
        ("sequence", Number(message.Sequence)));

    public static JsonNode Of(McapStatistics statistics) => Record(
        "Statistics",
        ("attachment_count", Number(statistics.AttachmentCount)),
        ("channel_count", Number(statistics.ChannelCount)),
        ("channel_message_counts", Map(statistics.ChannelMessageCounts)),
        ("chunk_count", Number(statistics.ChunkCount)),
        ("message_count", Number(statistics.MessageCount)),
        ("message_end_time", Number(statistics.MessageEndTime)),
        ("message_start_time", Number(statistics.MessageStartTime)),
        ("metadata_count", Number(statistics.MetadataCount)),
        ("schema_count", Number(statistics.SchemaCount)));

    private static JsonNode Of(McapHeader header) => Record(
        "Header", ("library", header.Library), ("profile", header.Profile));

    private static JsonNode Of(McapFooter footer) => Record(
        "Footer",
        ("summary_crc", Number(footer.SummaryCrc)),
        ("summary_offset_start", Number(footer.SummaryOffsetStart)),
        ("summary_start", Number(footer.SummaryStart)));

    private static JsonNode Of(McapChunkIndex index) => Record(
        "ChunkIndex",
        ("chunk_length", Number(index.ChunkLength)),
        ("chunk_start_offset", Number(index.ChunkStartOffset)),
        ("compressed_size", Number(index.CompressedSize)),
        ("compression", index.Compression),
        ("message_end_time", Number(index.MessageEndTime)),
        ("message_index_length", Number(index.MessageIndexLength)),
        ("message_index_offsets", Map(index.MessageIndexOffsets)),
        ("message_start_time", Number(index.MessageStartTime)),
        ("uncompressed_size", Number(index.UncompressedSize)));

    private static JsonNode Of(McapAttachment attachment) => Record(
        "Attachment",
        ("create_time", Number(attachment.CreateTime)),
        ("data", Bytes(attachment.Data.Span)),
        ("log_time", Number(attachment.LogTime)),
        ("media_type", attachment.MediaType),
        ("name", attachment.Name));

    private static JsonNode Of(McapAttachmentIndex index) => Record(
        "AttachmentIndex",
        ("create_time", Number(index.CreateTime)),
        ("data_size", Number(index.DataSize)),
        ("length", Number(index.Length)),
        ("log_time", Number(index.LogTime)),
        ("media_type", index.MediaType),
        ("name", index.Name),
        ("offset", Number(index.Offset)));

    private static JsonNode Of(McapMetadata metadata) => Record(
        "Metadata", ("metadata", Map(metadata.Metadata)), ("name", metadata.Name));

    private static JsonNode Of(McapMetadataIndex index) => Record(
        "MetadataIndex",
        ("length", Number(index.Length)),
        ("name", index.Name),
        ("offset", Number(index.Offset)));

    private static JsonNode Of(McapSummaryOffset offset) => Record(
        "SummaryOffset",
        ("group_length", Number(offset.GroupLength)),
        ("group_opcode", Number((byte)offset.GroupOpcode)),
        ("group_start", Number(offset.GroupStart)));

    private static JsonObject Record(string type, params (string Name, JsonNode Value)[] fields) => new()
    {
        ["type"] = type,
        ["fields"] = new JsonArray(fields.Select(field => (JsonNode)new JsonArray(field.Name, field.Value)).ToArray()),
    };

    private static JsonNode Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static JsonArray Bytes(ReadOnlySpan<byte> bytes) =>
        new(bytes.ToArray().Select(value => Number(value)).ToArray());

    private static JsonObject Map(IReadOnlyDictionary<string, string> map) =>
        new(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static JsonObject Map(IReadOnlyDictionary<ushort, ulong> map) => new(map.Select(
        pair => KeyValuePair.Create(pair.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)Number(pair.Value))));
}
