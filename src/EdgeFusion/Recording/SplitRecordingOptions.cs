namespace EdgeFusion.Recording;

/// <summary>When the next file begins.</summary>
public sealed record SplitRecordingOptions
{
    /// <summary>Bytes after which the next file begins; 0 = no limit. Default 1 GiB.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Time after which the next file begins; zero = no limit. Default 10 min.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the limits of the disk are looked at. Default 2 s.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(2);
}
