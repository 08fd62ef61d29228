namespace EdgeFusion.Recording;

/// <summary>How long recorded data may wait before it is safe.</summary>
/// <param name="ChunkAfter">Age at which a pending chunk goes to the operating system, so that the end of the process
/// costs no more; zero = only when it is full.</param>
/// <param name="SyncAfter">How often the file is forced to the disk, so that a power cut costs no more; zero = at its
/// end only; negative = never.</param>
public readonly record struct RecordingFlush(TimeSpan ChunkAfter, TimeSpan SyncAfter)
{
    /// <summary>Chunks when they are full, nothing forced to the disk: for files that can be made again.</summary>
    public static RecordingFlush WhenFull => new(TimeSpan.Zero, TimeSpan.FromTicks(-1));

    /// <summary>Chunks of at most a second, the disk every five: for live runs.</summary>
    public static RecordingFlush Live => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
}
