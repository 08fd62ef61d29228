namespace EdgeFusion.Worker.Configuration;

/// <summary>The last seconds of everything, kept in memory and written when something happens.</summary>
internal sealed record BlackBoxSettings
{
    /// <summary>Folder for files NODE-blackbox-TIME-NUMBER.mcap; empty (default) = no black box.</summary>
    public string Folder { get; init; } = "";

    /// <summary>How far back in s a file reaches, as far as MemoryMegabytes allows. Default 30.</summary>
    public double BeforeSeconds { get; init; } = 30;

    /// <summary>How much in s of what follows a trigger is written. Default 10.</summary>
    public double AfterSeconds { get; init; } = 10;

    /// <summary>Longest file in s, however often triggers follow each other. Default 600.</summary>
    public double LongestSeconds { get; init; } = 600;

    /// <summary>Memory in MB, reserved at start, 1..1024. Default 64.</summary>
    public int MemoryMegabytes { get; init; } = 64;

    /// <summary>Most MB of all its files; the oldest go. 0 (default) = no quota.</summary>
    public double QuotaMegabytes { get; init; }

    /// <summary>Trigger when a sensor fails or falls silent. Default true.</summary>
    public bool OnSensorFault { get; init; } = true;

    /// <summary>Trigger on SIGUSR1. Default true.</summary>
    public bool OnSignal { get; init; } = true;

    /// <summary>Trigger on predictions: "HEAD=LABEL:PROBABILITY:SECONDS", e.g. "behaviour=slip:0.9:0.3".</summary>
    public string[] Rules { get; init; } = [];
}
