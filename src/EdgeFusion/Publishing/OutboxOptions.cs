using EdgeFusion.Publishing.Durable;

namespace EdgeFusion.Publishing;

/// <summary>Limits and times of an <see cref="Outbox"/>.</summary>
public sealed record OutboxOptions
{
    /// <summary>Most messages waiting, 1..1000000; default 10000 (about 17 minutes at 10 predictions a
    /// second).</summary>
    public int MaxMessages { get; init; } = 10_000;

    /// <summary>Most payload bytes waiting, 1024..2^30; default 16 MiB.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>First pause after a failed connection; default 0.1 s.</summary>
    public TimeSpan BackOffMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Longest pause between two attempts; default 1 s, so that a local broker is found within 2 s of its return. 30 s
    /// suits a paid wide-area link.
    /// </summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait for the broker's answer to a connection attempt; default 1 s, over a wide area 10 s.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time that stopping may take, including the farewell; default 1.5 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Time between two heartbeats; default 1 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The log on disk for predictions, which then survive a crash; null (default) for memory only.</summary>
    public OutboxLogOptions? Log { get; init; }

    /// <summary>Checks all values.</summary>
    /// <exception cref="ConfigurationException">Some are out of range; the message lists all of them.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        Check(faults, MaxMessages is >= 1 and <= 1_000_000, "MaxMessages must be 1..1000000");
        Check(faults, MaxBytes is >= 1024 and <= 1 << 30, "MaxBytes must be 1024..1073741824");
        Check(faults, BackOffMin > TimeSpan.Zero, "BackOffMin must be positive");
        Check(faults, BackOffMax >= BackOffMin, "BackOffMax must not be below BackOffMin");
        Check(faults, ConnectTimeout > TimeSpan.Zero, "ConnectTimeout must be positive");
        Check(faults, StopTimeout > TimeSpan.Zero, "StopTimeout must be positive");
        Check(faults, HeartbeatInterval > TimeSpan.Zero, "HeartbeatInterval must be positive");
        Log?.Check(faults);
        if (faults.Count > 0)
        {
            throw new ConfigurationException("The outbox options are wrong: " + string.Join("; ", faults) + ".");
        }
    }

    private static void Check(List<string> faults, bool good, string fault)
    {
        if (!good)
        {
            faults.Add(fault);
        }
    }
}
