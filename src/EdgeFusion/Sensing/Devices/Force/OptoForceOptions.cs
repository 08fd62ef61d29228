namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>An OptoForce sensor behind its DAQ.</summary>
public sealed record OptoForceOptions
{
    /// <summary>3 (one 3-axis sensor), 6 (force and torque, default) or 12 (four 3-axis sensors).</summary>
    public int Axes { get; init; } = 6;

    /// <summary>Counts per newton; from the sensor's calibration sheet. Needed.</summary>
    public double CountsPerNewton { get; init; }

    /// <summary>Counts per newton metre; needed for 6 axes.</summary>
    public double CountsPerNewtonMetre { get; init; }

    /// <summary>Time between samples in ms: 1, 3, 10 (default), 33, 100.</summary>
    public int PeriodMilliseconds { get; init; } = 10;

    /// <summary>The DAQ's filter: 0 none, 1 500 Hz, 2 150 Hz, 3 50 Hz, 4 15 Hz (default), 5 5 Hz, 6 1.5 Hz.</summary>
    public int Filter { get; init; } = 4;

    /// <summary>Whether the DAQ takes its present load for zero at each start. Default false.</summary>
    public bool Zero { get; init; }
}
