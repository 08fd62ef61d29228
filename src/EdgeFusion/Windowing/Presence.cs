namespace EdgeFusion.Windowing;

/// <summary>Why a modality is or is not in a window; becomes the model's mask (1 only for Present).</summary>
public enum Presence : byte
{
    /// <summary>Enough of the window is covered.</summary>
    Present = 0,

    /// <summary>No sensor, or one that has never spoken, has stopped, or left too much of the window
    /// uncovered.</summary>
    Missing = 1,

    /// <summary>The sensor lives, but its samples had not come by the deadline or were overwritten while
    /// read.</summary>
    Late = 2,

    /// <summary>The sensor spoke before but has been silent for longer than its limit.</summary>
    Stale = 3,
}

/// <summary>What made a window leave.</summary>
public enum CutOutcome : byte
{
    /// <summary>Its end was settled on every live sensor.</summary>
    Settled = 0,

    /// <summary>The deadline came first.</summary>
    Deadline = 1,
}
