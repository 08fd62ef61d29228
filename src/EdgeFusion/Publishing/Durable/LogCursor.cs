namespace EdgeFusion.Publishing.Durable;

/// <summary>A place in the log, from which reading goes on.</summary>
internal struct LogCursor
{
    /// <summary>The segment; null where there is none yet.</summary>
    public LogSegment? Segment;

    /// <summary>Where in it.</summary>
    public long Offset;
}
