namespace EdgeFusion.Recording.Mcap;

/// <summary>A stretch of the file that holds messages: a chunk, or a row of records outside chunks.</summary>
internal struct McapChunkRef
{
    /// <summary>Earliest log time.</summary>
    public ulong StartTime;

    /// <summary>Latest log time.</summary>
    public ulong EndTime;

    /// <summary>Offset of the first record in the file.</summary>
    public long Offset;

    /// <summary>Length with opcode and length field.</summary>
    public int Length;

    /// <summary>Bytes of message index records right behind the chunk; 0 where unknown.</summary>
    public int IndexLength;

    /// <summary>Bytes in memory when unpacked; 0 where unknown.</summary>
    public int UnpackedLength;

    /// <summary>Place of the map of channels in the summary; -1 where there is none.</summary>
    public int ChannelsAt;

    /// <summary>Entries in the map of channels.</summary>
    public int ChannelCount;

    /// <summary>Whether these are plain records and no chunk.</summary>
    public bool IsPlain;
}
