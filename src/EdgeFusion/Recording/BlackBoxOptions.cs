namespace EdgeFusion.Recording;

/// <summary>What a <see cref="BlackBox"/> keeps and writes.</summary>
public sealed record BlackBoxOptions
{
    /// <summary>How far back a written file reaches, as far as memory allows. Default 30 s.</summary>
    public TimeSpan Before { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of what follows a trigger is written. Default 10 s.</summary>
    public TimeSpan After { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Memory for what is kept, reserved at start: 1 MiB to 1 GiB. Default 64 MiB.</summary>
    public int MemoryBytes { get; init; } = 64 << 20;

    /// <summary>Longest file, however often triggers follow each other. Default 10 min.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(10);
}
