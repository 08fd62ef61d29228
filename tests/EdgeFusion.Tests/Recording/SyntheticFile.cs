using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Tests.Recording;

/// <summary>Random recordings from a seed.</summary>
internal static class SyntheticFile
{
    /// <summary>Random messages on three topics; times jump back and forth, and some are equal.</summary>
    public static List<RecordedMessage> Messages(int seed, int count, int maxBytes = 200, int spread = 50)
    {
        var random = new Random(seed);
        var messages = new List<RecordedMessage>();
        for (var i = 0; i < count; i++)
        {
            var data = new byte[random.Next(maxBytes)];
            random.NextBytes(data);
            var time = (ulong)(1000 + (10 * i) + random.Next(spread));
            messages.Add(new RecordedMessage(
                $"/topic{random.Next(3)}", (uint)i, time, time - 7, Convert.ToHexString(data)));
        }

        return messages;
    }

    public static byte[] Write(IEnumerable<RecordedMessage> messages, McapWriterOptions? options = null)
    {
        var stream = new MemoryStream();
        using var writer = new McapWriter(stream, options);
        WriteInto(writer, messages);
        writer.Finish();
        return stream.ToArray();
    }

    public static void WriteInto(McapWriter writer, IEnumerable<RecordedMessage> messages)
    {
        var schema = writer.AddSchema("Thing", "jsonschema", "{}"u8.ToArray());
        var channels = new Dictionary<string, ushort>();
        foreach (var message in messages)
        {
            if (!channels.TryGetValue(message.Topic, out var channel))
            {
                channel = writer.AddChannel(
                    message.Topic, "json", schema, new Dictionary<string, string> { ["name"] = message.Topic });
                channels.Add(message.Topic, channel);
            }

            writer.WriteMessage(
                channel, message.Sequence, message.LogTime, message.PublishTime,
                Convert.FromHexString(message.Data));
        }
    }

    /// <summary>A file of a few hundred bytes with every kind of record.</summary>
    public static byte[] Small(bool chunked = true)
    {
        var stream = new MemoryStream();
        using var writer = new McapWriter(stream, new McapWriterOptions
        {
            Chunked = chunked,
            Profile = "test",
            Library = "test",
            SelfContainedChunks = chunked,
        });
        WriteInto(writer, SmallMessages.Take(3));
        writer.Flush();
        writer.WriteAttachment("calibration", "text/plain", 5, 6, "abc"u8);
        writer.WriteMetadata("origin", new Dictionary<string, string> { ["k"] = "v" });
        foreach (var message in SmallMessages.Skip(3))
            writer.WriteMessage(
                1, message.Sequence, message.LogTime, message.PublishTime, Convert.FromHexString(message.Data));
        writer.Finish();
        return stream.ToArray();
    }

    public static IReadOnlyList<RecordedMessage> SmallMessages { get; } =
    [
        new("/a", 1, 10, 9, "010203"), new("/a", 2, 30, 29, ""), new("/a", 3, 20, 19, "FF"),
        new("/a", 4, 15, 14, "0405"), new("/a", 5, 40, 39, "060708090A"),
    ];
}
