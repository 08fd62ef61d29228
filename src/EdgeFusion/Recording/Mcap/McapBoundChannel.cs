namespace EdgeFusion.Recording.Mcap;

/// <summary>A channel with its schema looked up.</summary>
internal sealed class McapBoundChannel(McapChannel channel, McapSchema? schema)
{
    public McapChannel Channel { get; } = channel;

    /// <summary>Null where the channel has none.</summary>
    public McapSchema? Schema { get; } = schema;
}
