using System.Runtime.CompilerServices;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Schemas and channels of a writer: ids, counts, and where each is defined in the file.</summary>
internal sealed class McapWriterDefinitions(McapBlock block, McapBlock bulk, McapWriterOptions options)
{
    private readonly List<McapSchemaState> _schemas = [];
    private readonly List<McapChannelState> _channels = [];
    private readonly Dictionary<ushort, McapSchemaState> _schemaById = [];

    /// <summary>Channels by id: a plain array keeps the hot path free of hashing. At most 65 536 entries.</summary>
    private McapChannelState?[] _channelById = new McapChannelState?[64];

    private ulong _startTime;
    private ulong _endTime;
    private ulong _messages;

    public IReadOnlyList<McapSchemaState> Schemas => _schemas;

    public IReadOnlyList<McapChannelState> Channels => _channels;

    private ReadOnlySpan<byte> Padding => options.Chunked ? [] : options.RecordPadding;

    public ushort NextSchemaId()
    {
        for (var id = Math.Min(_schemas.Count + 1, ushort.MaxValue); id > 0; id--)
        {
            if (!_schemaById.ContainsKey((ushort)id))
                return (ushort)id;
        }

        throw new ArgumentException("all 65 535 schema ids are used");
    }

    public ushort NextChannelId()
    {
        for (var id = Math.Min(_channels.Count + 1, ushort.MaxValue); id >= 0; id--)
        {
            if (id >= _channelById.Length || _channelById[id] is null)
                return (ushort)id;
        }

        throw new ArgumentException("all 65 536 channel ids are used");
    }

    public void Add(McapSchema schema)
    {
        if (schema.Id == 0)
            throw new ArgumentException($"schema '{schema.Name}' has id 0, which means none");
        var state = new McapSchemaState(schema);
        if (!_schemaById.TryAdd(schema.Id, state))
            throw new ArgumentException($"schema id {schema.Id} of '{schema.Name}' is already used");
        _schemas.Add(state);
        Define(state, block);
    }

    public void Add(McapChannel channel, bool isBulk)
    {
        McapSchemaState? schema = null;
        if (channel.SchemaId != 0 && !_schemaById.TryGetValue(channel.SchemaId, out schema))
            throw new ArgumentException(
                $"channel '{channel.Topic}' names schema {channel.SchemaId}, which was not added");
        if (channel.Id >= _channelById.Length)
            Array.Resize(ref _channelById, Math.Max(_channelById.Length * 2, channel.Id + 1));
        if (_channelById[channel.Id] is { } other)
            throw new ArgumentException(
                $"channel id {channel.Id} of '{channel.Topic}' is already used by '{other.Channel.Topic}'");
        var state = new McapChannelState(channel, schema, isBulk ? bulk : block);
        _channelById[channel.Id] = state;
        _channels.Add(state);
        Define(state);
    }

    public McapChannelState Find(ushort channelId)
    {
        var channels = _channelById;
        return (channelId < channels.Length ? channels[channelId] : null) ?? Unknown(channelId);
    }

    /// <summary>Puts schema and channel into the block where they are missing.</summary>
    public void Define(McapChannelState channel)
    {
        McapBlock into = channel.Block;
        if (channel.DefinedIn == into.Number || (channel.DefinedInFile && !options.SelfContainedChunks))
            return;
        if (channel.Schema is { } schema)
            Define(schema, into);
        into.Records.WriteBytes(channel.Definition(Padding));
        channel.DefinedIn = into.Number;
    }

    /// <summary>The block is about to count as written.</summary>
    public void Commit(McapBlock written)
    {
        foreach (var schema in _schemas)
            schema.DefinedInFile |= schema.DefinedIn[written.Lane] == written.Number;
        foreach (var channel in _channels)
            channel.DefinedInFile |= channel.Block == written && channel.DefinedIn == written.Number;
        if (written.MessageCount == 0)
            return;
        _startTime = _messages == 0 ? written.StartTime : Math.Min(_startTime, written.StartTime);
        _endTime = Math.Max(_endTime, written.EndTime);
        _messages += (ulong)written.MessageCount;
    }

    public McapStatistics Statistics(uint attachments, uint metadata, uint chunks)
    {
        var counts = new SortedDictionary<ushort, ulong>();
        foreach (var channel in _channels)
        {
            if (channel.Written > 0)
                counts[channel.Channel.Id] = channel.Written;
        }

        return new McapStatistics(
            _messages, (ushort)_schemas.Count, (uint)_channels.Count, attachments, metadata, chunks,
            _startTime, _endTime, counts);
    }

    private void Define(McapSchemaState schema, McapBlock into)
    {
        if (schema.DefinedIn[into.Lane] == into.Number || (schema.DefinedInFile && !options.SelfContainedChunks))
            return;
        into.Records.WriteSchema(schema.Schema, Padding);
        schema.DefinedIn[into.Lane] = into.Number;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static McapChannelState Unknown(ushort channelId) =>
        throw new ArgumentException($"channel {channelId} was not added; call AddChannel first");
}
