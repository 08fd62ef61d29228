using EdgeFusion.Publishing.Commands;
using EdgeFusion.Publishing.Durable;

namespace EdgeFusion.Publishing;

/// <summary>Told of changes of the outbox's state, once per episode.</summary>
/// <remarks><b>Threading.</b> Called on the outbox's thread, never under a lock. Must not throw and not block for long.
/// </remarks>
public interface IOutboxObserver
{
    /// <summary>A connection stands.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="waiting">Messages that waited for it.</param>
    void Connected(string target, long waiting);

    /// <summary>
    /// The connection broke, or the first attempt failed. Failing attempts that follow are not reported until a
    /// connection has stood again.
    /// </summary>
    void Disconnected(string target, string reason);

    /// <summary>The outbox is full and has begun to drop the oldest messages.</summary>
    void Overflowing(long waiting);

    /// <summary>The outbox has drained to half its limits.</summary>
    /// <param name="dropped">Messages lost in this episode.</param>
    void OverflowEnded(long dropped);

    /// <summary>What an earlier run left in the log, told once at start.</summary>
    void Recovered(OutboxRecovery recovery);

    /// <summary>The log on disk fails (messages then wait in memory), or works again.</summary>
    /// <param name="problem">What fails, and what to do; null for "works again".</param>
    void StorageChanged(string? problem);

    /// <summary>The broker refused a message, or it can never be sent; reported once per connection.</summary>
    /// <param name="topic">Where it should have gone.</param>
    /// <param name="reason">The broker's words and the number of its reason, as far as it gave any.</param>
    void Refused(string topic, string reason);

    /// <summary>The broker does not let this node take requests: nobody can ask for replays or give commands. Told on
    /// each connection; default: nothing.</summary>
    /// <param name="reason">The broker's words.</param>
    void Deafened(string reason)
    {
    }

    /// <summary>A command was not even tried; told at most every ten seconds for each reason. Default: nothing.
    /// </summary>
    /// <param name="topic">Where it came; from anybody, so clean it before it is shown.</param>
    /// <param name="reason">Why.</param>
    /// <param name="refused">Commands refused so far.</param>
    void CommandRefused(string topic, CommandRefusal reason, long refused)
    {
    }

    /// <summary>A command was carried out. Told on the thread for commands; default: nothing.</summary>
    /// <param name="verb">Which.</param>
    /// <param name="fault">Why it could not be done; null where it was.</param>
    void CommandCarriedOut(string verb, string? fault)
    {
    }
}
