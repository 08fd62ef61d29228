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
    /// <summary>Creates a cut.</summary>
    /// <param name="inputs">Number of inputs of the model.</param>
    /// <param name="contexts">Number of its context inputs.</param>
    public WindowCut(int inputs, int contexts = 0)
    {
        Inputs = new InputCut[inputs];
        Context = new int[contexts];
        Context.AsSpan().Fill(-1);
    }

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

    /// <summary>Per context input of the model the index of its label in this window; -1 = unknown.</summary>
    public int[] Context { get; }

    /// <summary>
    /// Whether <see cref="Context"/> repeats what a live run used; it then overrules every other source.
    /// </summary>
    public bool HasRecordedContext { get; set; }

    /// <summary>Whether the live run explained this window, where this cut repeats a recorded one that says so; it
    /// overrules the options.</summary>
    public bool? RecordedExplanation { get; set; }
}
