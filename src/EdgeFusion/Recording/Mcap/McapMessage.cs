namespace EdgeFusion.Recording.Mcap;

/// <summary>One message, as a view into the reader's buffer.</summary>
/// <remarks><b>Ownership.</b> Valid until the reader that gave it moves on; copy what has to live longer.</remarks>
public readonly ref struct McapMessage
{
    internal McapMessage(
        McapChannel channel, McapSchema? schema, scoped in McapMessageHeader header, ReadOnlySpan<byte> data)
    {
        Channel = channel;
        Schema = schema;
        Sequence = header.Sequence;
        LogTime = header.LogTime;
        PublishTime = header.PublishTime;
        Data = data;
    }

    /// <summary>The channel of the message.</summary>
    public McapChannel Channel { get; }

    /// <summary>The channel's schema; null where it has none.</summary>
    public McapSchema? Schema { get; }

    /// <summary>Number given by the writer; 0 where it numbers nothing.</summary>
    public uint Sequence { get; }

    /// <summary>When the message was recorded, in ns since the epoch (see <see cref="McapTime"/>).</summary>
    public ulong LogTime { get; }

    /// <summary>When the message was published, in ns since the epoch (see <see cref="McapTime"/>).</summary>
    public ulong PublishTime { get; }

    /// <summary>The encoded message.</summary>
    public ReadOnlySpan<byte> Data { get; }
}
