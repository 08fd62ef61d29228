namespace EdgeFusion.Sensing;

/// <summary>Health of a sensor as its host sees it.</summary>
public enum SensorState
{
    /// <summary>Being opened; has not spoken since.</summary>
    Starting,

    /// <summary>Delivers.</summary>
    Live,

    /// <summary>Open but silent for longer than its limit.</summary>
    Stale,

    /// <summary>Failed; waits to be opened again.</summary>
    Faulted,

    /// <summary>Ended or stopped on purpose.</summary>
    Stopped,
}
