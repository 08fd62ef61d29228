namespace EdgeFusion.Recording;

/// <summary>What recordings of one series may take of a disk.</summary>
public sealed record RecordingRetentionOptions
{
    /// <summary>Most bytes of all files of the series together; 0 (default) = no quota.</summary>
    public long QuotaBytes { get; init; }

    /// <summary>Part of the file system, 0..1, that has to stay free. Default 0.05.</summary>
    public double MinFree { get; init; } = 0.05;

    /// <summary>
    /// Whether the oldest files of the series make room for new ones (default), instead of recording being stopped
    /// until there is room again.
    /// </summary>
    public bool KeepNewest { get; init; } = true;
}
