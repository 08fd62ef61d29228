namespace EdgeFusion.Worker.Configuration;

/// <summary>Recording of the run.</summary>
internal sealed record RecordingOptions
{
    /// <summary>File to write (.mcap), which must not exist; empty (default) = none.</summary>
    public string File { get; init; } = "";

    /// <summary>Folder for files NODE-TIME-PART.mcap that follow each other; empty (default) = none.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Compression of everything but frames: none, lz4 or zstd. Default zstd.</summary>
    public string Compression { get; init; } = "zstd";

    /// <summary>Effort of zstd, 1 (fast, default) to 19.</summary>
    public int Level { get; init; } = 1;

    /// <summary>raw (default), jpeg or h264. Only raw frames replay bit for bit.</summary>
    public string Frames { get; init; } = "raw";

    /// <summary>The same for single cameras, by the sensor's name. Default: as Frames says.</summary>
    public Dictionary<string, string> FramesOf { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Compression of chunks of frames: none (default), lz4 or zstd.</summary>
    public string FrameCompression { get; init; } = "none";

    /// <summary>Quality of JPEG frames, 1 to 100. Default 90.</summary>
    public int JpegQuality { get; init; } = 90;

    /// <summary>Bits of a camera's H.264 video, in 1000 per second at 30 frames per second; 0 (default) = by its size,
    /// 0.2 for each pixel and at least 500,000 a second.</summary>
    public int H264Kbps { get; init; }

    /// <summary>Time in s from one key frame of an H.264 video to the next: what a seek decodes, and what damage
    /// costs. Default 1.</summary>
    public double H264KeySeconds { get; init; } = 1;

    /// <summary>Size in MB after which the next file of Folder begins; 0 = no limit. Default 1024.</summary>
    public double SplitMegabytes { get; init; } = 1024;

    /// <summary>Time in s after which the next file of Folder begins; 0 = no limit. Default 600.</summary>
    public double SplitSeconds { get; init; } = 600;

    /// <summary>Most MB that this node's files in Folder take together; 0 (default) = no quota.</summary>
    public double QuotaMegabytes { get; init; }

    /// <summary>Part of the disk in percent that has to stay free, 0..90. Default 5.</summary>
    public double MinFreePercent { get; init; } = 5;

    /// <summary>At a limit: keep-newest (default) deletes this node's oldest files, stop stops recording.</summary>
    public string WhenFull { get; init; } = "keep-newest";

    /// <summary>Age in ms at which what waits goes to the file: what the end of the process costs. Default
    /// 1000.</summary>
    public double FlushMs { get; init; } = 1000;

    /// <summary>How often in s the file is forced to the disk: what a power cut costs. 0 = at its end only, -1 =
    /// never. Default 5.</summary>
    public double SyncSeconds { get; init; } = 5;

    /// <summary>How often in s health is recorded; 0 = never. Default 1.</summary>
    public double HealthSeconds { get; init; } = 1;

    /// <summary>The last seconds, written when something happens.</summary>
    public BlackBoxSettings BlackBox { get; init; } = new();
}
