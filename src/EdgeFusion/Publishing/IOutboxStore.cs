using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>
/// Where messages wait. The one in memory is <see cref="OutboxQueue"/>; one that survives a crash of the process goes
/// in its place, with the same order and the same counters.
/// </summary>
/// <remarks><b>Threading.</b> <see cref="Enqueue"/> and <see cref="Counters"/>: any thread; all else: the outbox's
/// thread. An entry taken is not touched by others until it is completed, refused or put back.</remarks>
internal interface IOutboxStore : IDisposable
{
    /// <summary>A consistent snapshot.</summary>
    OutboxCounters Counters { get; }

    /// <summary>Whether at most half of both limits is in use: an overflow has ended.</summary>
    bool IsDrained { get; }

    /// <summary>What was given up, declared.</summary>
    GapLedger Gaps { get; }

    /// <summary>What an earlier run left; null where nothing is kept from run to run, or it cannot be read.</summary>
    OutboxRecovery? Recovery { get; }

    /// <summary>The earlier runs of which something is kept; another array where that has changed.</summary>
    KeptRun[] Runs { get; }

    /// <summary>What keeps the store from keeping messages as it should; null for nothing.</summary>
    string? Problem { get; }

    /// <summary>How long <see cref="Take"/> will find nothing that is here already; infinite where only new messages or
    /// answers can change that.</summary>
    TimeSpan LongestWait { get; }

    /// <summary>Takes a message in. Never blocks for long.</summary>
    void Enqueue(in PublishMessage message, OutboxPolicy policy, Timestamp now);

    /// <summary>Takes a keep-last message in before all others, whatever the limits.</summary>
    void EnqueueFirst(in PublishMessage message, Timestamp now);

    /// <summary>The oldest message that is not in flight and not expired; null for none. It is in flight
    /// then.</summary>
    OutboxEntry? Take(Timestamp now);

    /// <summary>An entry taken could not be handed over yet: it is the oldest waiting again.</summary>
    void PutBack(OutboxEntry entry);

    /// <summary>An entry taken needs no acknowledgement and is done.</summary>
    void Complete(OutboxEntry entry);

    /// <summary>An entry taken can never be sent.</summary>
    void Refuse(OutboxEntry entry);

    /// <summary>The broker answered an entry in flight. Unknown tickets are ignored.</summary>
    /// <returns>The topic, where the broker refused the message; else null.</returns>
    string? Acknowledge(long ticket, PublishOutcome outcome);

    /// <summary>What was in flight must be sent again, in the same order, before all else.</summary>
    void ConnectionLost();

    /// <summary>A connection stands: all retained state is to be sent again, before all else.</summary>
    void ConnectionMade(Timestamp now);

    /// <summary>A range is to be sent again to a topic of its own.</summary>
    /// <returns>False where the store cannot, or has too many of these to do.</returns>
    bool TryReplay(ReplayJob job);
}
