namespace EdgeFusion.Recording.Mcap;

/// <summary>The fixed fields in front of a message's data.</summary>
internal readonly record struct McapMessageHeader(ushort ChannelId, uint Sequence, ulong LogTime, ulong PublishTime);
