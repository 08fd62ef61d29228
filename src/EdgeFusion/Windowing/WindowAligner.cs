using System.Collections.Immutable;
using EdgeFusion.Buffering;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Windowing;

/// <summary>
/// Decides when a window leaves and which samples it may use: as soon as its end is settled on every sensor that
/// speaks, at the latest at end + deadline.
/// </summary>
/// <remarks>
/// <para>
/// A sensor is settled for an end when a sample at or after it has been published, or when its newest sample is so
/// young that the next one cannot lie before the end: newest capture + period x (1 - jitter) >= end. So a 30 Hz camera
/// does not add its 33 ms to each window. A sensor silent for longer than its limit is Stale and not waited for.
/// </para>
/// <para>
/// The decision is a pure function of the rings and the instant given: no clock is read. MediaPipe's timestamp bounds
/// and Holoscan's message timeout are the parents of the two halves of the rule.
/// </para>
/// <para><b>Threading.</b> One thread. Hot path: allocates nothing.</para>
/// </remarks>
public sealed class WindowAligner
{
    /// <summary>Audio frames by which a block may end before a window's end and still settle it: clock noise.</summary>
    private const double AudioSlackFrames = 2;

    private readonly ImmutableArray<BoundInput> _inputs;
    private readonly long[] _settleMargin;
    private readonly double[] _frameNanoseconds;
    private readonly bool _skipWhenBehind;

    /// <summary>Creates an aligner.</summary>
    /// <param name="grid">Where the windows lie.</param>
    /// <param name="inputs">The model's inputs with their sensors.</param>
    /// <param name="skipWhenBehind">
    /// True live: when the next window is due as well, the older one is skipped and counted. False in virtual time,
    /// where nobody is ever late.
    /// </param>
    public WindowAligner(WindowGrid grid, ImmutableArray<BoundInput> inputs, bool skipWhenBehind)
    {
        Grid = grid;
        _inputs = inputs;
        _skipWhenBehind = skipWhenBehind;
        _settleMargin = new long[inputs.Length];
        _frameNanoseconds = new double[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Ring is not { } ring)
            {
                continue;
            }

            bool audio = ring.Info.Layout is AudioLayout;
            _frameNanoseconds[i] = audio ? Timestamp.NanosecondsPerSecond / ring.Info.RateHz : 0;
            _settleMargin[i] = audio
                ? (long)(AudioSlackFrames * _frameNanoseconds[i])
                : (long)(ring.Info.PeriodNanoseconds * (1 - ring.Info.Jitter));
        }
    }

    /// <summary>Where the windows lie.</summary>
    public WindowGrid Grid { get; }

    /// <summary>The window to be cut next.</summary>
    public long NextWindow { get; private set; }

    /// <summary>Windows skipped because a newer one was due already.</summary>
    public long Skipped { get; private set; }

    /// <summary>
    /// Cuts the next window where that can be decided at this instant.
    /// </summary>
    /// <param name="now">The instant; must not decrease from call to call.</param>
    /// <param name="cut">Receives the decision.</param>
    /// <returns>True when a window was cut.</returns>
    public bool TryCut(Timestamp now, WindowCut cut)
    {
        ArgumentNullException.ThrowIfNull(cut);
        if (_skipWhenBehind)
        {
            SkipOverdue(now);
        }

        Timestamp end = Grid.End(NextWindow);
        if (now < end)
        {
            return false;
        }

        bool settled = true;
        for (int i = 0; i < _inputs.Length; i++)
        {
            ref InputCut input = ref cut.Inputs[i];
            input.Condition = Judge(i, end, now, out input.Bound);
            input.Recorded = null;
            settled &= input.Condition != SensorCondition.Pending;
        }

        if (!settled && now < Grid.Due(NextWindow))
        {
            return false;
        }

        cut.Window = NextWindow;
        cut.Start = Grid.Start(NextWindow);
        cut.End = end;
        cut.CutTime = now;
        cut.Outcome = settled ? CutOutcome.Settled : CutOutcome.Deadline;
        NextWindow++;
        return true;
    }

    /// <summary>
    /// Says whether one sensor is settled for the next window, which waits for others: what it gave is all there will
    /// be.
    /// </summary>
    /// <param name="index">Index of the input.</param>
    /// <param name="now">The instant.</param>
    /// <param name="cut">Receives window and bound of this input, as a cut now would have them.</param>
    internal bool IsSettled(int index, Timestamp now, WindowCut cut)
    {
        cut.Window = NextWindow;
        cut.Start = Grid.Start(NextWindow);
        cut.End = Grid.End(NextWindow);
        ref InputCut input = ref cut.Inputs[index];
        input.Condition = now < cut.End ? SensorCondition.Pending : Judge(index, cut.End, now, out input.Bound);
        return input.Condition == SensorCondition.Settled;
    }

    /// <summary>Passes over all windows that start before an instant; for stretches in which nobody speaks.</summary>
    /// <returns>Number of windows passed over.</returns>
    public long SkipUntil(Timestamp instant)
    {
        long hop = Grid.Shape.HopNanoseconds;
        long first = (long)(((Int128)instant.Nanoseconds - Grid.Origin.Nanoseconds + hop - 1) / hop);
        long passed = Math.Max(0, first - NextWindow);
        NextWindow += passed;
        return passed;
    }

    /// <summary>
    /// The earliest instant after <paramref name="now"/> at which <see cref="TryCut"/> can succeed without a new
    /// sample: the window's end, the moment a sensor turns stale, or the deadline.
    /// </summary>
    public Timestamp NextTrigger(Timestamp now)
    {
        Timestamp end = Grid.End(NextWindow);
        if (now < end)
        {
            return end;
        }

        Timestamp trigger = Grid.Due(NextWindow);
        foreach (BoundInput input in _inputs)
        {
            if (input.Ring is { Published: > 0 } ring)
            {
                Timestamp stale = ring.Header(ring.Published - 1).Arrival.AddNanoseconds(input.StaleNanoseconds + 1);
                if (stale > now && stale < trigger)
                {
                    trigger = stale;
                }
            }
        }

        return trigger > now ? trigger : now;
    }

    /// <summary>
    /// When the last sample that the cut had to wait for arrived: the latest arrival of a sample inside the window,
    /// but not before the window's end. Null where the window left by its deadline.
    /// </summary>
    internal Timestamp? NewestNeededArrival(WindowCut cut)
    {
        if (cut.Outcome == CutOutcome.Deadline)
        {
            return null;
        }

        Timestamp needed = cut.End;
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i].Ring is { } ring && cut.Inputs[i].Bound > 0)
            {
                long last = RingSearch.FirstAtOrAfter(ring, ring.Oldest, cut.Inputs[i].Bound, cut.End) - 1;
                if (last >= ring.Oldest && ring.Header(last).Arrival > needed)
                {
                    needed = ring.Header(last).Arrival;
                }
            }
        }

        return needed;
    }

    private void SkipOverdue(Timestamp now)
    {
        long newest = Grid.NewestDue(now);
        if (newest > NextWindow)
        {
            Skipped += newest - NextWindow;
            NextWindow = newest;
        }
    }

    private SensorCondition Judge(int index, Timestamp end, Timestamp now, out long bound)
    {
        bound = 0;
        if (_inputs[index].Ring is not { } ring)
        {
            return SensorCondition.Silent;
        }

        bound = ring.Published;
        if (bound == 0)
        {
            return SensorCondition.Silent;
        }

        // The newest header cannot be torn: the writer is a whole ring away from overwriting it.
        ref readonly SampleHeader newest = ref ring.Header(bound - 1);
        long covered = newest.Capture.Nanoseconds + _settleMargin[index];
        if (_frameNanoseconds[index] > 0)
        {
            int frames = newest.Length / ((AudioLayout)ring.Info.Layout).FrameBytes;
            covered += (long)(frames * _frameNanoseconds[index]);
        }

        if (covered >= end.Nanoseconds)
        {
            return SensorCondition.Settled;
        }

        return now.NanosecondsSince(newest.Arrival) > _inputs[index].StaleNanoseconds
            ? SensorCondition.Stale
            : SensorCondition.Pending;
    }
}
