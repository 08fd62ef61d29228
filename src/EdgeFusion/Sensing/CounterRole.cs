namespace EdgeFusion.Sensing;

/// <summary>The place of a counter in the equation captured = used + dropped by reason.</summary>
public enum CounterRole
{
    /// <summary>None: bytes, faults, figures of another unit.</summary>
    Fact,

    /// <summary>Samples that came in, counted where they come in and before anything is decided about them.</summary>
    Captured,

    /// <summary>Samples that came in and were kept out before the gate; the name is the reason.</summary>
    Dropped,

    /// <summary>Samples that the device made and that never came in: captured and dropped at once.</summary>
    Lost,
}
