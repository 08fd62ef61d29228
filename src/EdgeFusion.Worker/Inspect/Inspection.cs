using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Inspect;

/// <summary>What a recording holds: channels, rates, gaps, jitter, clocks, and sensors that replay it.</summary>
internal sealed class Inspection
{
    private Inspection(string path) => Path = path;

    public string Path { get; }

    public McapHeader Header { get; private set; } = new("", "");

    /// <summary>Why the indexes were not used; null where they were.</summary>
    public string? SummaryFault { get; private set; }

    public IReadOnlyList<string> Losses { get; private set; } = [];

    public SortedDictionary<string, ChannelFacts> Channels { get; } = new(StringComparer.Ordinal);

    /// <summary>Metadata records by name.</summary>
    public List<McapMetadata> Metadata { get; } = [];

    /// <summary>Sensors that a replay would have.</summary>
    public IReadOnlyList<SensorInfo> Sensors { get; private set; } = [];

    /// <summary>Why other channels are none, a sentence each.</summary>
    public IReadOnlyList<string> Skipped { get; private set; } = [];

    public double Seconds { get; private set; }

    /// <summary>Reads a recording through, twice.</summary>
    public static Inspection Of(string path, CancellationToken stopping)
    {
        Recordings.Require(path);
        var inspection = new Inspection(path);
        using (var file = McapIndexedReader.Open(path, Recordings.ReadOptions(recover: true)))
        {
            inspection.Read(file, stopping);
        }

        inspection.FindSensors();
        return inspection;
    }

    private void Read(McapIndexedReader file, CancellationToken stopping)
    {
        Header = file.Header;
        SummaryFault = file.SummaryFault;
        Seconds = file is { StartTime: { } start, EndTime: { } end } ? (end - start) / 1e9 : 0;
        foreach (McapMetadataIndex index in file.Metadata)
        {
            Metadata.Add(file.ReadMetadata(index));
        }

        var byId = new Dictionary<ushort, ChannelFacts>();
        foreach (McapChannel channel in file.Channels.Values)
        {
            file.Schemas.TryGetValue(channel.SchemaId, out McapSchema? schema);
            var facts = new ChannelFacts(channel, schema?.Name ?? "");
            byId.Add(channel.Id, facts);
            Channels[Channels.ContainsKey(channel.Topic) ? $"{channel.Topic}#{channel.Id}" : channel.Topic] = facts;
        }

        McapMessageReader first = file.ReadMessages();
        while (!stopping.IsCancellationRequested && first.MoveNext())
        {
            byId[first.Current.Channel.Id].Count(first.Current);
        }

        foreach (ChannelFacts facts in byId.Values)
        {
            facts.Settle();
        }

        McapMessageReader second = file.ReadMessages();
        while (!stopping.IsCancellationRequested && second.MoveNext())
        {
            byId[second.Current.Channel.Id].Compare(second.Current);
        }

        stopping.ThrowIfCancellationRequested();
        Losses = [.. new[] { file.Losses.FirstFault, first.Losses.FirstFault }.OfType<string>()];
    }

    private void FindSensors()
    {
        try
        {
            using RecordingFeed feed = Recordings.OpenFeed(Path, recover: true);
            Sensors = feed.Sensors;
            Skipped = feed.Skipped;
        }
        catch (RecordingException fault)
        {
            Skipped = [fault.Message];
        }
    }
}
