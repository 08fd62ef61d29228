using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Tests.Recording;

/// <summary>Files of a recording kept in memory, and what is in them.</summary>
internal sealed class Streams
{
    private readonly List<MemoryStream> _streams = [];

    public int Count => _streams.Count;

    public RecordingWriter Open(
        Timestamp origin, RecordingFlush? flush = null, Func<SensorInfo, SampleEncoder>? encoders = null)
    {
        var stream = new MemoryStream();
        _streams.Add(stream);
        McapWriterOptions options = RecordingWriter.LiveOptions() with { ChunkBytes = 4_096 };
        return new RecordingWriter(
            new McapWriter(stream, options, "test", leaveOpen: true), origin, flush, encoders);
    }

    /// <summary>Log times of a topic's messages in one file, by time. The file has to be complete.</summary>
    public List<(uint Sequence, string Text)> Messages(int file, string topic)
    {
        using var reader = new McapIndexedReader(new MemoryStream(_streams[file].ToArray()));
        Assert.Null(reader.SummaryFault);
        var found = new List<(uint, string)>();
        foreach (McapMessage message in reader.ReadMessages(new McapMessageFilter { Topics = [topic] }))
        {
            found.Add((message.Sequence, System.Text.Encoding.UTF8.GetString(message.Data)));
        }

        return found;
    }
}
