namespace EdgeFusion.Time;

/// <summary>Time that stands still until it is set: the clock of replays.</summary>
/// <remarks>
/// Has no timers; whoever needs to wait for virtual time is driven by whoever sets it.
/// <b>Threading.</b> Set by one thread, read by any.
/// </remarks>
public sealed class VirtualTimeProvider : TimeProvider
{
    private long _now;

    /// <summary>Starts at an instant.</summary>
    public VirtualTimeProvider(Timestamp start) => _now = start.Nanoseconds;

    /// <summary>The present instant.</summary>
    public Timestamp Now => new(Volatile.Read(ref _now));

    /// <inheritdoc/>
    public override long TimestampFrequency => Timestamp.NanosecondsPerSecond;

    /// <summary>Moves to an instant; an earlier one than the present is ignored.</summary>
    public void Set(Timestamp instant)
    {
        if (instant.Nanoseconds > _now)
        {
            Volatile.Write(ref _now, instant.Nanoseconds);
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Now.ToDateTime(), TimeSpan.Zero);
}
