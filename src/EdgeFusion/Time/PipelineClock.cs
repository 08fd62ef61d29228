namespace EdgeFusion.Time;

/// <summary>
/// The pipeline's one clock and the only caller of <see cref="TimeProvider"/>: monotonic time anchored once, at
/// construction, to the wall clock.
/// </summary>
/// <remarks>
/// <para><b>Threading.</b> All members may be called from any thread at the same time.</para>
/// <para>
/// <see cref="Now"/> never goes backwards, even across threads and even if the underlying provider does: it then
/// repeats the latest value and counts in <see cref="BackwardSteps"/>.
/// </para>
/// </remarks>
public sealed class PipelineClock
{
    private readonly TimeProvider _provider;
    private readonly long _originTicks;
    private readonly long _originUnixNanoseconds;
    private readonly long _frequency;
    private long _latest = long.MinValue;
    private long _backwardSteps;

    /// <summary>Anchors a clock to the provider's wall clock now.</summary>
    /// <param name="provider">Source of time; <see cref="TimeProvider.System"/> live, a manual one in tests.</param>
    public PipelineClock(TimeProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _provider = provider;
        _frequency = provider.TimestampFrequency;
        _originUnixNanoseconds = Timestamp.FromDateTime(provider.GetUtcNow().UtcDateTime).Nanoseconds;
        _originTicks = provider.GetTimestamp();
    }

    /// <summary>How often the provider's monotonic time went backwards and was held.</summary>
    public long BackwardSteps => Volatile.Read(ref _backwardSteps);

    /// <summary>The present instant; monotonic over all threads.</summary>
    public Timestamp Now
    {
        get
        {
            long ticks = _provider.GetTimestamp() - _originTicks;
            long elapsed = _frequency == Timestamp.NanosecondsPerSecond ? ticks : ToNanoseconds(ticks);
            return Advance(_originUnixNanoseconds + elapsed);
        }
    }

    /// <summary>
    /// Nanoseconds by which the wall clock is ahead of the pipeline's timeline: 0 at start, ± 1 h after someone steps
    /// the system time by an hour. Reported as health information, never used for alignment.
    /// </summary>
    public long WallOffsetNanoseconds =>
        Timestamp.FromDateTime(_provider.GetUtcNow().UtcDateTime).NanosecondsSince(Now);

    /// <summary>
    /// Waits until an instant has come, or the token is cancelled. Returns at once where it has passed. The system
    /// timer's granularity (about 1 ms) applies; waits are rounded up, so that a short wait never spins.
    /// </summary>
    /// <returns>True when the instant has come, false when cancelled.</returns>
    public bool WaitUntil(Timestamp instant, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            long remaining = instant.NanosecondsSince(Now);
            if (remaining <= 0)
            {
                return true;
            }

            Wait(remaining, stopping);
        }

        return false;
    }

    /// <summary>The provider's timestamp at an instant, for waits by other means.</summary>
    internal long TimestampAt(Timestamp instant)
    {
        long nanoseconds = instant.Nanoseconds - _originUnixNanoseconds;
        return _originTicks + (_frequency == Timestamp.NanosecondsPerSecond
            ? nanoseconds
            : (long)((Int128)nanoseconds * _frequency / Timestamp.NanosecondsPerSecond));
    }

    private void Wait(long nanoseconds, CancellationToken stopping)
    {
        const long NanosecondsPerMillisecond = 1_000_000;
        const long LongestWaitMilliseconds = 60_000;
        long milliseconds = Math.Min(
            (nanoseconds + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond, LongestWaitMilliseconds);
        if (ReferenceEquals(_provider, TimeProvider.System))
        {
            stopping.WaitHandle.WaitOne((int)milliseconds);
            return;
        }

        // A provider that is not the system's has timers of its own; only tests come here, so the allocation is fine.
        using var due = new ManualResetEventSlim();
        using ITimer timer = _provider.CreateTimer(
            static state => ((ManualResetEventSlim)state!).Set(), due, TimeSpan.FromTicks(nanoseconds / 100 + 1),
            Timeout.InfiniteTimeSpan);
        WaitHandle.WaitAny([due.WaitHandle, stopping.WaitHandle]);
    }

    private Timestamp Advance(long candidate)
    {
        long seen = Volatile.Read(ref _latest);
        while (candidate > seen)
        {
            long before = Interlocked.CompareExchange(ref _latest, candidate, seen);
            if (before == seen)
            {
                return new Timestamp(candidate);
            }

            seen = before;
        }

        // Another thread read a later instant in between, which is normal, or the provider itself went back.
        if (seen - candidate > Timestamp.NanosecondsPerSecond)
        {
            Interlocked.Increment(ref _backwardSteps);
        }

        return new Timestamp(seen);
    }

    private long ToNanoseconds(long ticks) =>
        (long)((Int128)ticks * Timestamp.NanosecondsPerSecond / _frequency);
}
