using System.Diagnostics;
using EdgeFusion.Linux.Interop.Libc;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Timing;

/// <summary>
/// Waits by clock_nanosleep for absolute instants, in a thread without timer slack. It asks to be woken a little early,
/// by what waking up usually takes, and spins what is left of that: at most some tens of microseconds.
/// </summary>
/// <remarks>
/// On a busy machine the thread must also be let in when it wakes. Its slice is short (Linux 6.12 and later, no rights
/// needed): it runs sooner and not more. Where the process may (root, CAP_SYS_NICE, RLIMIT_RTPRIO), it has real-time
/// priority while it waits, and only then: no work is ever done with it. <b>Threading.</b> One thread at a time.
/// </remarks>
public sealed class PrecisePacer : IPacer
{
    /// <summary>The shortest that the kernel takes.</summary>
    private const ulong SliceNanoseconds = 100_000;

    /// <summary>Longest that a wake-up may be ordered early; bounds the spinning.</summary>
    private const long LongestLeadNanoseconds = 60_000;

    /// <summary>What the lead changes by after each wait, towards the median of what waking up takes.</summary>
    private const long LeadStepNanoseconds = 500;

    private static readonly SchedulingAttributes Urgent = new()
    {
        Size = SchedulingAttributes.Bytes,
        Policy = SchedulingAttributes.FirstInFirstOut,
        Flags = SchedulingAttributes.ResetOnFork,
        Priority = 1,
    };

    private long _leadNanoseconds = LongestLeadNanoseconds / 2;
    private SchedulingAttributes _running;
    private bool _mayUrge;

    /// <inheritdoc/>
    public IDisposable Enter() => new Scope(this);

    /// <inheritdoc/>
    public void WaitUntil(long timestamp)
    {
        // The system's timestamps are nanoseconds of CLOCK_MONOTONIC.
        long wake = timestamp - _leadNanoseconds;
        if (wake <= Stopwatch.GetTimestamp())
        {
            SpinUntil(timestamp);
            return;
        }

        if (_mayUrge)
        {
            LibcScheduling.TrySetAttributes(in Urgent);
        }

        LibcScheduling.SleepUntil(wake);
        bool late = Stopwatch.GetTimestamp() > timestamp;
        SpinUntil(timestamp);
        if (_mayUrge)
        {
            LibcScheduling.TrySetAttributes(in _running);
        }

        long step = late ? LeadStepNanoseconds : -LeadStepNanoseconds;
        _leadNanoseconds = Math.Clamp(_leadNanoseconds + step, 0, LongestLeadNanoseconds);
    }

    private static void SpinUntil(long timestamp)
    {
        while (Stopwatch.GetTimestamp() < timestamp)
        {
            Thread.SpinWait(1);
        }
    }

    /// <summary>Whoever gave the thread another policy than the ordinary one knows better.</summary>
    private void Prepare(SchedulingAttributes before)
    {
        _running = before with { Runtime = SliceNanoseconds };
        if (before.Policy == SchedulingAttributes.Ordinary && LibcScheduling.TrySetAttributes(in _running)
            && LibcScheduling.TrySetAttributes(in Urgent))
        {
            _mayUrge = LibcScheduling.TrySetAttributes(in _running);
        }
    }

    /// <summary>Keeps what the thread was like before.</summary>
    private sealed class Scope : IDisposable
    {
        private readonly PrecisePacer _pacer;
        private readonly int _slack = LibcScheduling.TimerSlack();
        private readonly SchedulingAttributes? _before;

        public Scope(PrecisePacer pacer)
        {
            _pacer = pacer;
            if (LibcScheduling.TryGetAttributes(out SchedulingAttributes before))
            {
                _before = before;
                pacer.Prepare(before);
            }

            if (!pacer._mayUrge)
            {
                // With real-time priority there is none, and the kernel puts it back behind that.
                LibcScheduling.ChangeTimerSlack(1);
            }
        }

        public void Dispose()
        {
            _pacer._mayUrge = false;

            // 0 asks for the usual slack again.
            LibcScheduling.ChangeTimerSlack(Math.Max(0, _slack));
            if (_before is { } before)
            {
                LibcScheduling.TrySetAttributes(in before);
            }
        }
    }
}
