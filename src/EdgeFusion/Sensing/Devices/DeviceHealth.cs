using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices;

/// <summary>What a device's line and clock are worth: counters that only grow, over all openings, and
/// figures.</summary>
/// <remarks><b>Threading.</b> Written by the capturing thread, read by any.</remarks>
public sealed class DeviceHealth
{
    private long _lost;
    private long _duplicates;
    private long _invalid;
    private long _averaged;
    private double _driftPpm;
    private double _residual;
    private long _clockResets;

    /// <summary>What became of the bytes.</summary>
    public FrameCounters Frames { get; } = new();

    /// <summary>Samples that the device sent (by its sequence numbers) and that never came.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Samples that came again or too late, and were kept out.</summary>
    public long Duplicates => Volatile.Read(ref _duplicates);

    /// <summary>Samples that the device itself called unusable, or that could not be true; kept out.</summary>
    public long Invalid => Volatile.Read(ref _invalid);

    /// <summary>Samples that went into the mean of several instead of standing alone.</summary>
    public long Averaged => Volatile.Read(ref _averaged);

    /// <summary>Drift of the device's clock against the pipeline's in ppm; positive = the device runs slow.</summary>
    public double DriftPpm => Volatile.Read(ref _driftPpm);

    /// <summary>Scatter of the clock's fit in ns, root mean square: how good the capture times are.</summary>
    public double ClockResidualNanoseconds => Volatile.Read(ref _residual);

    /// <summary>How often the device's counter jumped (it was restarted).</summary>
    public long ClockResets => Volatile.Read(ref _clockResets);

    /// <summary>The counters by name, for a sensor whose frames hold one sample each.</summary>
    /// <remarks>A damaged frame counts once per candidate for one: on a bad line crc_bad is an upper bound.</remarks>
    public IReadOnlyList<SensorCounter> Snapshot() =>
    [
        new("frames_ok", Frames.FramesOk), new("frames_other", Frames.Other),
        new("measurements", Frames.FramesOk - Frames.Other, CounterRole.Captured),
        new("crc_bad", Frames.CrcBad - Frames.Damaged, CounterRole.Lost),
        new("damaged", Frames.Damaged, CounterRole.Dropped), new("lost", Lost, CounterRole.Lost),
        new("duplicates", Duplicates, CounterRole.Dropped), new("invalid", Invalid, CounterRole.Dropped),
        new("averaged", Averaged, CounterRole.Dropped), new("resync_bytes", Frames.ResyncBytes),
        new("overrun", Frames.Overrun), new("clock_resets", ClockResets),
    ];

    internal void CountLost(long samples) => Volatile.Write(ref _lost, _lost + samples);

    internal void CountDuplicate() => Volatile.Write(ref _duplicates, _duplicates + 1);

    internal void CountInvalid() => Volatile.Write(ref _invalid, _invalid + 1);

    internal void CountAveraged() => Volatile.Write(ref _averaged, _averaged + 1);

    internal void CountClockReset() => Volatile.Write(ref _clockResets, _clockResets + 1);

    internal void TakeClock(double driftPpm, double residualNanoseconds)
    {
        Volatile.Write(ref _driftPpm, driftPpm);
        Volatile.Write(ref _residual, residualNanoseconds);
    }
}
