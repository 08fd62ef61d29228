using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Schemas and channels met by a reader, within the limits.</summary>
internal sealed class McapDefinitions(McapReadOptions options)
{
    private readonly Dictionary<ushort, McapSchema> _schemas = [];
    private readonly Dictionary<ushort, McapChannel> _channels = [];

    /// <summary>Bodies as read: the same definition in the next chunk need not be parsed again.</summary>
    private readonly Dictionary<ushort, byte[]> _schemaBodies = [];
    private readonly Dictionary<ushort, byte[]> _channelBodies = [];

    /// <summary>Channels by id without hashing: looked up once per message. At most 65 536 entries.</summary>
    private McapBoundChannel?[] _byId = new McapBoundChannel?[64];

    private long _bytes;

    public IReadOnlyDictionary<ushort, McapSchema> Schemas => _schemas;

    public IReadOnlyDictionary<ushort, McapChannel> Channels => _channels;

    /// <summary>Takes a schema; the same one again is fine, another one under the same id is damage.</summary>
    public McapSchema AddSchema(ReadOnlySpan<byte> body, McapPlace place)
    {
        if (IsKnown(_schemaBodies, body, out var id))
            return _schemas[id];
        var schema = McapRecordParser.Schema(body, place);
        if (_schemas.TryGetValue(schema.Id, out var known))
            return known.SameAs(schema)
                ? known
                : throw place.Damaged($"schema {schema.Id} is defined twice, differently");
        if (_schemas.Count >= options.MaxSchemas)
            throw place.TooLarge($"there are more than {options.MaxSchemas} schemas", nameof(options.MaxSchemas));
        Count(body.Length, place);
        _schemas.Add(schema.Id, schema);
        _schemaBodies.Add(schema.Id, body.ToArray());
        return schema;
    }

    /// <summary>Takes a channel; the same one again is fine, another one under the same id is damage.</summary>
    public McapChannel AddChannel(ReadOnlySpan<byte> body, McapPlace place)
    {
        if (IsKnown(_channelBodies, body, out var id))
            return _channels[id];
        var channel = McapRecordParser.Channel(body, place);
        if (_channels.TryGetValue(channel.Id, out var known))
            return known.SameAs(channel)
                ? known
                : throw place.Damaged($"channel {channel.Id} is defined twice, differently");
        McapSchema? schema = null;
        if (channel.SchemaId != 0 && !_schemas.TryGetValue(channel.SchemaId, out schema))
            throw place.Damaged(
                $"channel '{McapSizes.Shorten(channel.Topic)}' names schema {channel.SchemaId}, not defined before");
        if (_channels.Count >= options.MaxChannels)
            throw place.TooLarge($"there are more than {options.MaxChannels} channels", nameof(options.MaxChannels));
        Count(body.Length, place);
        _channels.Add(channel.Id, channel);
        _channelBodies.Add(channel.Id, body.ToArray());
        if (channel.Id >= _byId.Length)
            Array.Resize(ref _byId, Math.Max(_byId.Length * 2, channel.Id + 1));
        _byId[channel.Id] = new McapBoundChannel(channel, schema);
        return channel;
    }

    /// <summary>The channel with its schema. Hot path.</summary>
    public McapBoundChannel Find(ushort channelId, McapPlace place)
    {
        var channels = _byId;
        return (channelId < channels.Length ? channels[channelId] : null) ?? Unknown(channelId, place);
    }

    private static bool IsKnown(Dictionary<ushort, byte[]> bodies, ReadOnlySpan<byte> body, out ushort id)
    {
        id = body.Length >= 2 ? BinaryPrimitives.ReadUInt16LittleEndian(body) : (ushort)0;
        return bodies.TryGetValue(id, out var known) && body.SequenceEqual(known);
    }

    private void Count(int bytes, McapPlace place)
    {
        _bytes += bytes;
        if (_bytes > options.MaxDefinitionBytes)
            throw place.TooLarge(
                $"schemas and channels take more than {options.MaxDefinitionBytes} bytes",
                nameof(options.MaxDefinitionBytes));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static McapBoundChannel Unknown(ushort channelId, McapPlace place) =>
        throw place.Damaged($"a message names channel {channelId}, not defined before");
}
