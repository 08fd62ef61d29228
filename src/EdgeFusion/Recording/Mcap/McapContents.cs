using System.Buffers.Binary;
using EdgeFusion.Recording.Bags;

namespace EdgeFusion.Recording.Mcap;

/// <summary>What a file holds, as its summary or a scan tells.</summary>
internal sealed class McapContents(McapDefinitions definitions)
{
    public McapHeader Header { get; set; } = new("", "");

    public McapDefinitions Definitions { get; } = definitions;

    /// <summary>Null where the summary has none.</summary>
    public McapStatistics? Statistics { get; set; }

    public List<McapAttachmentIndex> Attachments { get; } = [];

    public List<McapMetadataIndex> Metadata { get; } = [];

    /// <summary>Stretches with messages, ordered by start time, then offset once the contents are complete.</summary>
    public McapChunkRef[] Chunks { get; set; } = [];

    /// <summary>The summary, to look up the channels of a chunk; empty after a scan.</summary>
    public byte[] Summary { get; set; } = [];

    /// <summary>The channels' connections where the file is a ROS 1 bag; null where it is not.</summary>
    public BagConnections? Connections { get; set; }

    /// <summary>Why the summary was not used; null where it was.</summary>
    public string? SummaryFault { get; set; }

    public McapLosses Losses { get; set; } = new();

    /// <summary>Orders the stretches for reading by time.</summary>
    public void SortByTime() => Array.Sort(Chunks, static (a, b) =>
    {
        var byTime = a.StartTime.CompareTo(b.StartTime);
        return byTime != 0 ? byTime : a.Offset.CompareTo(b.Offset);
    });

    /// <summary>Id of the i-th channel in a chunk, from the message index offsets (u16 id, u64 offset).</summary>
    public ushort ChannelOf(in McapChunkRef chunk, int i) =>
        BinaryPrimitives.ReadUInt16LittleEndian(Summary.AsSpan(chunk.ChannelsAt + (i * (2 + 8))));
}
