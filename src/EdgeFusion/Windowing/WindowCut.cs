using EdgeFusion.Time;

namespace EdgeFusion.Windowing;

/// <summary>How a sensor stood when a window was cut.</summary>
public enum SensorCondition : byte
{
    /// <summary>No sensor for this input, or it has never spoken.</summary>
    Silent = 0,

    /// <summary>It speaks, and no earlier sample can come any more.</summary>
    Settled = 1,

    /// <summary>It speaks, but samples for the window could still have come.</summary>
    Pending = 2,

    /// <summary>It has spoken before but not within its limit.</summary>
    Stale = 3,
}

/// <summary>The decision about one input of a window.</summary>
public struct InputCut
{
    /// <summary>Samples that count have sequences below this.</summary>
    public long Bound;

    /// <summary>How the sensor stood.</summary>
    public SensorCondition Condition;

    /// <summary>
    /// The presence of the live run, where this cut repeats a recorded one; it overrules what would follow from the
    /// samples.
    /// </summary>
    public Presence? Recorded;
}

/// <summary>
/// A decision: which window, which samples at most, and what made it leave. Reusable; recorded beside the samples, so
/// that a replay repeats it.
/// </summary>
public sealed class WindowCut
{
    /// <summary>Creates a cut for a number of inputs.</summary>
    public WindowCut(int inputs) => Inputs = new InputCut[inputs];

    /// <summary>Number of the window on its grid.</summary>
    public long Window { get; set; }

    /// <summary>First instant.</summary>
    public Timestamp Start { get; set; }

    /// <summary>End; samples at or after it are not part of the window.</summary>
    public Timestamp End { get; set; }

    /// <summary>When it was cut.</summary>
    public Timestamp CutTime { get; set; }

    /// <summary>Settled or deadline.</summary>
    public CutOutcome Outcome { get; set; }

    /// <summary>Per input of the model, in order.</summary>
    public InputCut[] Inputs { get; }
}
