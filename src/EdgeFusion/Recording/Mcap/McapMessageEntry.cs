namespace EdgeFusion.Recording.Mcap;

/// <summary>A message of an unpacked chunk: its time and where its body lies.</summary>
internal readonly record struct McapMessageEntry(ulong LogTime, int BodyOffset, int BodyLength)
    : IComparable<McapMessageEntry>
{
    /// <summary>By time; equal times in the order of the file.</summary>
    public int CompareTo(McapMessageEntry other)
    {
        var byTime = LogTime.CompareTo(other.LogTime);
        return byTime != 0 ? byTime : BodyOffset.CompareTo(other.BodyOffset);
    }
}
