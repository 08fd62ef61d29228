using System.Text;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording.Bags;

/// <summary>
/// The connections of a ROS 1 bag as channels. A topic has a connection per publisher and start of one; those of one
/// topic and type are one channel.
/// </summary>
internal sealed class BagConnections(McapDefinitions definitions)
{
    private readonly Dictionary<uint, ushort> _channelOf = [];
    private readonly Dictionary<(string Topic, string Type, string Md5), ushort> _channels = [];
    private readonly Dictionary<(string Type, string Md5), ushort> _schemas = [];
    private readonly McapBuffer _buffer = new(1024);

    /// <summary>Takes the record of a connection; one known already is passed over.</summary>
    public void Add(BagRecord record, McapPlace place)
    {
        uint connection = record.UInt32("conn"u8);
        if (_channelOf.ContainsKey(connection))
        {
            return;
        }

        BagRecord about = About(record.Data, place);
        string topic = record.Text("topic"u8);
        string type = about.Text("type"u8);
        string md5 = about.Text("md5sum"u8);
        if (!_channels.TryGetValue((topic, type, md5), out ushort channel))
        {
            channel = (ushort)_channels.Count;
            AddChannel(channel, SchemaOf(type, md5, about, place), topic, place);
            _channels.Add((topic, type, md5), channel);
        }

        _channelOf.Add(connection, channel);
    }

    /// <summary>The channel of a connection.</summary>
    public ushort ChannelOf(uint connection, McapPlace place) =>
        _channelOf.TryGetValue(connection, out ushort channel)
            ? channel
            : throw place.Damaged($"a message names connection {connection}, not defined before");

    // The data of a connection is fields like those in front of it, without an op.
    private static BagRecord About(ReadOnlySpan<byte> data, McapPlace place)
    {
        ReadOnlySpan<byte> op = [4, 0, 0, 0, (byte)'o', (byte)'p', (byte)'=', BagRecord.Connection];
        var fields = new byte[op.Length + data.Length];
        op.CopyTo(fields);
        data.CopyTo(fields.AsSpan(op.Length));
        return BagRecord.OfFields(fields, place);
    }

    private ushort SchemaOf(string type, string md5, BagRecord about, McapPlace place)
    {
        if (!_schemas.TryGetValue((type, md5), out ushort id))
        {
            id = (ushort)(_schemas.Count + 1);
            var text = Encoding.UTF8.GetBytes(about.Text("message_definition"u8));
            _buffer.Clear();
            _buffer.WriteSchema(new McapSchema(id, type, RosSchemas.Ros1Encoding, text), default);
            definitions.AddSchema(_buffer.Written[McapFormat.RecordHeaderBytes..], place);
            _schemas.Add((type, md5), id);
        }

        return id;
    }

    private void AddChannel(ushort id, ushort schema, string topic, McapPlace place)
    {
        _buffer.Clear();
        var channel = new McapChannel(
            id, schema, topic, RosSchemas.Ros1MessageEncoding, new Dictionary<string, string>());
        _buffer.WriteChannel(channel, default);
        definitions.AddChannel(_buffer.Written[McapFormat.RecordHeaderBytes..], place);
    }
}
