using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Recording;

/// <summary>Adds described channels to a file, each schema once.</summary>
internal sealed class RecordingChannels(McapWriter writer)
{
    private readonly Dictionary<string, ushort> _schemas = new(StringComparer.Ordinal);

    /// <summary>Adds a channel.</summary>
    /// <returns>Its id.</returns>
    public ushort Add(ChannelDescription channel)
    {
        if (!_schemas.TryGetValue(channel.SchemaName, out ushort schema))
        {
            schema = writer.AddSchema(channel.SchemaName, channel.SchemaEncoding, channel.SchemaText);
            _schemas.Add(channel.SchemaName, schema);
        }

        return writer.AddChannel(channel.Topic, channel.MessageEncoding, schema, channel.Metadata);
    }
}
