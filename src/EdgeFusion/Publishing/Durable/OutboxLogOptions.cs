namespace EdgeFusion.Publishing.Durable;

/// <summary>Limits of the log that lets an outbox survive a crash.</summary>
public sealed record OutboxLogOptions
{
    private const int SmallestSegment = 64 * 1024;
    private const int LargestSegment = 4 * 1024 * 1024;

    /// <summary>Folder of the log; made where it is missing. One process at a time.</summary>
    public required string Folder { get; init; }

    /// <summary>Most bytes on disk, 1 MiB..1 TiB; default 256 MiB. Beyond it the oldest segment goes.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>Longest time that a message is kept, sent or not; default 24 h.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>When to force the log to the disk; default at intervals.</summary>
    public FlushPolicy Flush { get; init; } = FlushPolicy.Interval;

    /// <summary>Interval of <see cref="FlushPolicy.Interval"/>, 1 ms..60 s; default 100 ms.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Messages per second that may be sent from before a connection, and for replays, 1..1000000; default
    /// 1000. What is new always goes first.</summary>
    public int BacklogPerSecond { get; init; } = 1000;

    /// <summary>Bytes of one file of the log: a 32nd of all, within 64 KiB..4 MiB.</summary>
    internal int SegmentBytes => (int)Math.Clamp(MaxBytes / 32, SmallestSegment, LargestSegment);

    internal void Check(List<string> faults)
    {
        if (Folder.Length == 0)
        {
            faults.Add("Log.Folder is empty");
        }

        if (MaxBytes is < 1L << 20 or > 1L << 40)
        {
            faults.Add("Log.MaxBytes must be 1048576..1099511627776");
        }

        if (MaxAge <= TimeSpan.Zero)
        {
            faults.Add("Log.MaxAge must be positive");
        }

        if (FlushInterval < TimeSpan.FromMilliseconds(1) || FlushInterval > TimeSpan.FromSeconds(60))
        {
            faults.Add("Log.FlushInterval must be 1 ms..60 s");
        }

        if (BacklogPerSecond is < 1 or > 1_000_000)
        {
            faults.Add("Log.BacklogPerSecond must be 1..1000000");
        }
    }
}
