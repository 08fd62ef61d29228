namespace EdgeFusion.Recording.Mcap;

/// <summary>One of several files that are read as one, with its channels in the numbers of the whole.</summary>
internal sealed class McapPart(McapIndexedReader file, int number)
{
    private readonly Dictionary<ushort, McapBoundChannel> _channels = [];

    public McapIndexedReader File => file;

    /// <summary>Place among the files.</summary>
    public int Number => number;

    public McapBoundChannel ChannelOf(McapChannel channel) => _channels[channel.Id];

    /// <summary>Says which channel of the whole a channel of the file is.</summary>
    public void Bind(ushort id, McapBoundChannel channel) => _channels[id] = channel;
}
