using System.Globalization;
using System.Text.Json.Nodes;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Tests.Recording;

/// <summary>Writes the file that a conformance case describes.</summary>
internal static class ConformanceWriter
{
    public static byte[] Write(ConformanceFile file)
    {
        var features = file.Features;
        var header = ConformanceFile.Fields(file.Of("Header").Single());
        var stream = new MemoryStream();
        var writer = new McapWriter(stream, new McapWriterOptions
        {
            Profile = Text(header, "profile"),
            Library = Text(header, "library"),
            Chunked = features.Contains("ch"),
            MessageIndex = features.Contains("mx"),
            Statistics = features.Contains("st"),
            RepeatSchemas = features.Contains("rsh"),
            RepeatChannels = features.Contains("rch"),
            AttachmentIndex = features.Contains("ax"),
            MetadataIndex = features.Contains("mdx"),
            ChunkIndex = features.Contains("chx"),
            SummaryOffsets = features.Contains("sum"),
            RecordPadding = features.Contains("pad") ? [0x01, 0xFF, 0xFF] : [],
        });
        foreach (var record in file.Records)
        {
            // From here on the writer is on its own: the summary repeats what it has seen.
            if ((string)record!["type"]! == "DataEnd")
                break;
            Write(writer, (string)record["type"]!, ConformanceFile.Fields(record));
        }

        writer.Finish();
        return stream.ToArray();
    }

    private static void Write(McapWriter writer, string type, Dictionary<string, JsonNode> fields)
    {
        switch (type)
        {
            case "Header":
                break;
            case "Schema":
                writer.AddSchema(new McapSchema(
                    (ushort)Number(fields, "id"), Text(fields, "name"), Text(fields, "encoding"), Bytes(fields)));
                break;
            case "Channel":
                writer.AddChannel(new McapChannel(
                    (ushort)Number(fields, "id"), (ushort)Number(fields, "schema_id"), Text(fields, "topic"),
                    Text(fields, "message_encoding"), Map(fields)));
                break;
            case "Message":
                writer.WriteMessage(
                    (ushort)Number(fields, "channel_id"), (uint)Number(fields, "sequence"),
                    Number(fields, "log_time"), Number(fields, "publish_time"), Bytes(fields));
                break;
            case "Attachment":
                writer.WriteAttachment(
                    Text(fields, "name"), Text(fields, "media_type"), Number(fields, "log_time"),
                    Number(fields, "create_time"), Bytes(fields));
                break;
            case "Metadata":
                writer.WriteMetadata(Text(fields, "name"), Map(fields));
                break;
            default:
                throw new InvalidOperationException($"{type} does not belong to the data section");
        }
    }

    private static string Text(Dictionary<string, JsonNode> fields, string name) => (string)fields[name]!;

    private static ulong Number(Dictionary<string, JsonNode> fields, string name) =>
        ulong.Parse(Text(fields, name), CultureInfo.InvariantCulture);

    private static byte[] Bytes(Dictionary<string, JsonNode> fields) => fields["data"].AsArray()
        .Select(value => byte.Parse((string)value!, CultureInfo.InvariantCulture)).ToArray();

    private static Dictionary<string, string> Map(Dictionary<string, JsonNode> fields) =>
        fields["metadata"].AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
}
