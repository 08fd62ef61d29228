namespace EdgeFusion.Sensing;

/// <summary>How a sensor host restarts its sensor and when it calls it silent.</summary>
public sealed record SensorHostOptions
{
    /// <summary>
    /// First and shortest pause after a failure; doubled up to <see cref="LongestBackoff"/>. Default 0.1 s.
    /// </summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Longest pause, from the beginning of one attempt to that of the next. Default 1 s, which leaves another for the
    /// opening: a device that is back delivers within 2 s (R8).
    /// </summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Silence after which a sensor is Stale. Zero = max(3 periods, 50 ms), for frames max(3 periods, 250 ms).
    /// </summary>
    public TimeSpan StaleAfter { get; init; }

    /// <summary>How far a capture time may lie after its arrival before the sample is kept out. Default 5 ms.</summary>
    public TimeSpan FutureTolerance { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Whether the sensor is opened again after it ended by itself. Default false.</summary>
    public bool RestartAfterEnd { get; init; }

    /// <summary>The silence limit in nanoseconds that applies to a sensor.</summary>
    public long StaleNanoseconds(SensorInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (StaleAfter > TimeSpan.Zero)
        {
            return StaleAfter.Ticks * 100;
        }

        const long Floor = 50_000_000;
        const long FramesFloor = 250_000_000;
        return Math.Max(3 * info.PeriodNanoseconds, info.Layout is FrameLayout ? FramesFloor : Floor);
    }
}
