using System.Collections.Immutable;

namespace EdgeFusion.Simulator;

/// <summary>How one simulated sensor samples, how its samples travel, and what goes wrong.</summary>
public sealed record SimulatedSensorOptions
{
    /// <summary>Nominal rate in Hz: frames, vectors or PCM frames per second; a multiple of 0.001 Hz.</summary>
    public required double RateHz { get; init; }

    /// <summary>
    /// Deviation of each capture from the regular grid, as a fraction of the period: uniform in ± this, 0..0.4.
    /// Default 0.02. Audio is regular within; there it is the error of a block's stamp.
    /// </summary>
    public double CaptureJitter { get; init; } = 0.02;

    /// <summary>How fast the device's clock runs against the timeline, in ppm, ±10 000. Default 0.</summary>
    public double DriftPpm { get; init; }

    /// <summary>Whose clock stamps the captures. Default <see cref="CaptureStamp.True"/>.</summary>
    public CaptureStamp Stamp { get; init; }

    /// <summary>Least time from capture (audio: from the end of the block) to arrival. Default 1 ms.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Added to the latency: uniform between 0 and this. Default 1 ms.</summary>
    public TimeSpan LatencyJitter { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Probability that a sample is lost on its own, 0..1. Default 0.</summary>
    public double DropoutProbability { get; init; }

    /// <summary>Mean number of bursts of loss per minute, 0..60. Default 0.</summary>
    public double DropoutsPerMinute { get; init; }

    /// <summary>Length of a burst of loss, up to 10 s. Default 300 ms.</summary>
    public TimeSpan DropoutLength { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Faults over intervals. Default none.</summary>
    public ImmutableArray<SensorFault> Faults { get; init; } = [];

    /// <summary>
    /// How hard the sense is, 0 = clean, 1 = as in the field (default), up to 3: scales noise, offsets and the spread
    /// of the surroundings (light, clutter, room noise), not the objects.
    /// </summary>
    public double Difficulty { get; init; } = 1;

    internal void Validate(string name, List<string> faults)
    {
        Check(RateHz is >= 0.1 and <= 48_000 && Math.Abs((RateHz * 1000) - Math.Round(RateHz * 1000)) < 1e-6,
            $"{name}.RateHz must be a multiple of 0.001 between 0.1 and 48000, not {RateHz}", faults);
        Check(CaptureJitter is >= 0 and <= 0.4, $"{name}.CaptureJitter must be 0..0.4, not {CaptureJitter}", faults);
        Check(Math.Abs(DriftPpm) <= 10_000, $"{name}.DriftPpm must be within ±10000, not {DriftPpm}", faults);
        Check(Latency >= TimeSpan.Zero && LatencyJitter >= TimeSpan.Zero,
            $"{name}.Latency and LatencyJitter must not be negative", faults);
        Check(DropoutProbability is >= 0 and <= 1,
            $"{name}.DropoutProbability must be 0..1, not {DropoutProbability}", faults);
        Check(DropoutsPerMinute is >= 0 and <= 60,
            $"{name}.DropoutsPerMinute must be 0..60, not {DropoutsPerMinute}", faults);
        Check(DropoutLength >= TimeSpan.Zero && DropoutLength <= TimeSpan.FromSeconds(10),
            $"{name}.DropoutLength must be 0..10 s, not {DropoutLength}", faults);
        Check(Difficulty is >= 0 and <= 3, $"{name}.Difficulty must be 0..3, not {Difficulty}", faults);
        foreach (SensorFault fault in Faults)
        {
            Check(fault.End > fault.Start && fault.Start >= TimeSpan.Zero && fault.Delay >= TimeSpan.Zero,
                $"{name}.Faults: {fault.Kind} must end after it starts, start at 0 or later and not have a negative"
                + " delay", faults);
        }
    }

    private static void Check(bool holds, FormattableString otherwise, List<string> faults)
    {
        if (!holds)
        {
            faults.Add(FormattableString.Invariant(otherwise));
        }
    }

    private static void Check(bool holds, string otherwise, List<string> faults)
    {
        if (!holds)
        {
            faults.Add(otherwise);
        }
    }
}
