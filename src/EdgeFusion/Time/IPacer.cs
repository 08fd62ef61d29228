namespace EdgeFusion.Time;

/// <summary>Port: waits for instants more finely than the system's timer of a millisecond.</summary>
/// <remarks>
/// A wait cannot be broken off, so whoever must hear of other things lets it wait for some milliseconds only.
/// <b>Threading.</b> One thread at a time. Allocates nothing per wait.
/// </remarks>
public interface IPacer
{
    /// <summary>Lets the calling thread wake up sooner than others, until the result is disposed on it.</summary>
    IDisposable Enter();

    /// <summary>Waits until an instant has come; returns at once where it has passed.</summary>
    /// <param name="timestamp">As <see cref="TimeProvider.GetTimestamp"/> of the system counts.</param>
    void WaitUntil(long timestamp);
}
