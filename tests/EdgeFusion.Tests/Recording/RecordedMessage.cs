using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Tests.Recording;

/// <summary>A message with its own memory, to compare.</summary>
internal sealed record RecordedMessage(string Topic, uint Sequence, ulong LogTime, ulong PublishTime, string Data)
{
    public static RecordedMessage Of(McapMessage message) => new(
        message.Channel.Topic, message.Sequence, message.LogTime, message.PublishTime,
        Convert.ToHexString(message.Data));

    public static List<RecordedMessage> Streamed(byte[] file, McapReadOptions? options = null)
    {
        var messages = new List<RecordedMessage>();
        using var reader = new McapStreamReader(new MemoryStream(file), options, "test.mcap");
        while (reader.Read())
        {
            if (reader.Opcode == McapOpcode.Message)
                messages.Add(Of(reader.Message));
        }

        return messages;
    }

    public static List<RecordedMessage> Indexed(
        byte[] file, McapReadOptions? options = null, McapMessageFilter? filter = null)
    {
        using var reader = new McapIndexedReader(new MemoryStream(file), options, "test.mcap");
        return Of(reader.ReadMessages(filter));
    }

    public static List<RecordedMessage> Of(McapMessageReader reader)
    {
        var messages = new List<RecordedMessage>();
        foreach (var message in reader)
            messages.Add(Of(message));
        return messages;
    }
}
