namespace EdgeFusion.Simulator;

/// <summary>What goes wrong with a simulated sensor during a <see cref="SensorFault"/>.</summary>
public enum SensorFaultKind
{
    /// <summary>No samples.</summary>
    Mute,

    /// <summary>Every sample repeats the payload of the last one before the fault.</summary>
    Stuck,

    /// <summary>Samples arrive later by <see cref="SensorFault.Delay"/>.</summary>
    Late,

    /// <summary>The payload is random bits; floats may be NaN or infinite.</summary>
    Garbage,
}
