using EdgeFusion.Recording.Bags;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Several files as one: their channels brought together by topic and type, and their counts.</summary>
internal sealed class McapParts
{
    private readonly McapReadOptions _options;
    private readonly McapBuffer _buffer = new(1024);
    private readonly Dictionary<(string Topic, string Encoding, string Schema), ushort> _channels = [];
    private readonly Dictionary<(string Name, string Encoding), ushort> _schemas = [];

    private McapParts(McapReadOptions options)
    {
        _options = options;
        Contents = new McapContents(new McapDefinitions(options));
    }

    /// <summary>What all files together hold; without places in them.</summary>
    public McapContents Contents { get; }

    /// <summary>The files, by their start.</summary>
    public McapPart[] Files { get; private set; } = [];

    /// <summary>Opens the files of a folder.</summary>
    /// <exception cref="RecordingException">One is missing or damaged, and recovering is not asked for.</exception>
    public static McapParts Open(RosbagFolder folder, McapReadOptions options)
    {
        var parts = new McapParts(options);
        var files = new List<McapIndexedReader>();
        try
        {
            parts.OpenAll(folder, files);
            return parts;
        }
        catch
        {
            files.ForEach(static file => file.Dispose());
            throw;
        }
    }

    private void OpenAll(RosbagFolder folder, List<McapIndexedReader> files)
    {
        Contents.SummaryFault = folder.Fault;
        foreach (string path in folder.Files)
        {
            try
            {
                files.Add(McapIndexedReader.Open(path, _options));
            }
            catch (RecordingException fault) when (_options.Recover)
            {
                Contents.Losses.Note(fault);
                Contents.Losses.DamagedChunks++;
            }
        }

        if (files.Count == 0)
        {
            throw new RecordingException(Contents.Losses.FirstFault!);
        }

        files.Sort(static (a, b) => (a.StartTime ?? 0).CompareTo(b.StartTime ?? 0));
        Files = new McapPart[files.Count];
        var counts = new SortedDictionary<ushort, ulong>();
        for (var i = 0; i < files.Count; i++)
        {
            Files[i] = new McapPart(files[i], i);
            Take(Files[i], counts);
        }

        Contents.Header = files[0].Header;
        Contents.Statistics = Sum(files, counts);
    }

    private void Take(McapPart part, SortedDictionary<ushort, ulong> counts)
    {
        var file = part.File;
        foreach (var channel in file.Channels.Values)
        {
            file.Schemas.TryGetValue(channel.SchemaId, out var schema);
            var bound = Contents.Definitions.Find(IdOf(channel, schema), default);
            part.Bind(channel.Id, bound);
            if (file.Statistics is { } statistics)
                counts[bound.Channel.Id] = counts.GetValueOrDefault(bound.Channel.Id)
                    + statistics.ChannelMessageCounts.GetValueOrDefault(channel.Id);
        }

        Contents.Attachments.AddRange(file.Attachments);
        Contents.Metadata.AddRange(file.Metadata);
        Contents.Losses.Add(file.Losses);
        Contents.SummaryFault ??= file.SummaryFault;
    }

    private ushort IdOf(McapChannel channel, McapSchema? schema)
    {
        var key = (channel.Topic, channel.MessageEncoding, schema?.Name ?? "");
        if (_channels.TryGetValue(key, out var id))
            return id;
        id = (ushort)_channels.Count;
        _buffer.Clear();
        _buffer.WriteChannel(channel with { Id = id, SchemaId = schema is null ? (ushort)0 : IdOf(schema) }, default);
        Contents.Definitions.AddChannel(_buffer.Written[McapFormat.RecordHeaderBytes..], default);
        _channels.Add(key, id);
        return id;
    }

    private ushort IdOf(McapSchema schema)
    {
        if (_schemas.TryGetValue((schema.Name, schema.Encoding), out var id))
            return id;
        id = (ushort)(_schemas.Count + 1);
        var buffer = new McapBuffer(schema.Data.Length + 256);
        buffer.WriteSchema(schema with { Id = id }, default);
        Contents.Definitions.AddSchema(buffer.Written[McapFormat.RecordHeaderBytes..], default);
        _schemas.Add((schema.Name, schema.Encoding), id);
        return id;
    }

    /// <summary>Sums of all files; null where one has none.</summary>
    private McapStatistics? Sum(List<McapIndexedReader> files, SortedDictionary<ushort, ulong> counts)
    {
        ulong messages = 0;
        uint chunks = 0;
        foreach (var file in files)
        {
            if (file.Statistics is not { } statistics)
                return null;
            messages += statistics.MessageCount;
            chunks += statistics.ChunkCount;
        }

        var (start, end) = TimeRange() ?? (0, 0);
        return new McapStatistics(
            messages, (ushort)_schemas.Count, (uint)_channels.Count, (uint)Contents.Attachments.Count,
            (uint)Contents.Metadata.Count, chunks, start, end, counts);
    }

    /// <summary>First and last log time; null without messages.</summary>
    public (ulong Start, ulong End)? TimeRange()
    {
        (ulong Start, ulong End)? range = null;
        foreach (var part in Files)
        {
            if (part.File is { StartTime: { } start, EndTime: { } end })
                range = range is { } all ? (Math.Min(all.Start, start), Math.Max(all.End, end)) : (start, end);
        }

        return range;
    }
}
