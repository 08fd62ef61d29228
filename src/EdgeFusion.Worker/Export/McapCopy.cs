using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Worker.Export;

/// <summary>Copies a recording message by message, with labels added.</summary>
internal static class McapCopy
{
    /// <summary>Copies channels, messages, metadata and attachments.</summary>
    /// <returns>Messages copied.</returns>
    public static long To(
        McapWriter target, McapIndexedReader source, Func<string, bool> wanted, IReadOnlyList<LabelSpan> labels,
        CancellationToken stopping)
    {
        foreach (McapSchema schema in source.Schemas.Values)
        {
            target.AddSchema(schema);
        }

        ushort? labelChannel = null;
        foreach (McapChannel channel in source.Channels.Values)
        {
            target.AddChannel(channel);
            labelChannel = channel.Topic == RecordingTopics.Labels ? channel.Id : labelChannel;
        }

        foreach (McapMetadataIndex index in source.Metadata)
        {
            McapMetadata metadata = source.ReadMetadata(index);
            target.WriteMetadata(metadata.Name, metadata.Metadata);
        }

        foreach (McapAttachmentIndex index in source.Attachments)
        {
            McapAttachment attachment = source.ReadAttachment(index);
            target.WriteAttachment(
                attachment.Name, attachment.MediaType, attachment.LogTime, attachment.CreateTime, attachment.Data.Span);
        }

        WriteLabels(target, labels, labelChannel);
        long copied = 0;
        foreach (McapMessage message in source.ReadMessages())
        {
            stopping.ThrowIfCancellationRequested();
            if (wanted(message.Channel.Topic))
            {
                target.WriteMessage(
                    message.Channel.Id, message.Sequence, message.LogTime, message.PublishTime, message.Data);
                copied++;
            }
        }

        return copied;
    }

    private static void WriteLabels(McapWriter target, IReadOnlyList<LabelSpan> labels, ushort? known)
    {
        if (labels.Count == 0)
        {
            return;
        }

        ushort channel = known ?? target.AddChannel(
            RecordingTopics.Labels, "json",
            target.AddSchema("edgefusion.Label", "jsonschema", "{\"type\":\"object\"}"u8.ToArray()));
        uint sequence = 0;
        foreach (LabelSpan label in labels)
        {
            byte[] json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new
            {
                head = label.Head,
                label = label.Label,
                start_ns = label.Start.Nanoseconds,
                end_ns = label.End.Nanoseconds,
            });
            target.WriteMessage(channel, sequence++, label.Start, label.Start, json);
        }
    }
}
