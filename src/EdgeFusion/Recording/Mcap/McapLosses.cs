namespace EdgeFusion.Recording.Mcap;

/// <summary>What a recovering reader could not deliver. All zero on an intact file.</summary>
/// <remarks><b>Threading.</b> Written by the reader's thread.</remarks>
public sealed class McapLosses
{
    /// <summary>Chunks skipped wholly or in part.</summary>
    public long DamagedChunks { get; internal set; }

    /// <summary>Records other than chunks that were skipped because their contents are invalid.</summary>
    public long DamagedRecords { get; internal set; }

    /// <summary>Bytes of the file that were not used: damaged chunks and records, and what lies past a tear.</summary>
    public long LostBytes { get; internal set; }

    /// <summary>Whether the file ends before its footer; reading stopped there.</summary>
    public bool Torn { get; internal set; }

    /// <summary>Offset in the file where reading stopped; -1 where it did not.</summary>
    public long TornAt { get; internal set; } = -1;

    /// <summary>Whether the CRC of the data section or the summary does not fit; names no place.</summary>
    public bool SectionCrcMismatch { get; internal set; }

    /// <summary>The first fault met, in words; null on an intact file.</summary>
    public string? FirstFault { get; internal set; }

    /// <summary>Whether anything was lost.</summary>
    public bool Any => FirstFault is not null;

    internal void Add(McapLosses other)
    {
        DamagedChunks += other.DamagedChunks;
        DamagedRecords += other.DamagedRecords;
        LostBytes += other.LostBytes;
        Torn |= other.Torn;
        TornAt = TornAt < 0 ? other.TornAt : TornAt;
        SectionCrcMismatch |= other.SectionCrcMismatch;
        FirstFault ??= other.FirstFault;
    }

    internal void Note(RecordingException fault) => FirstFault ??= fault.Message;
}
