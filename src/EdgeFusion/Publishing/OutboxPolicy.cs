namespace EdgeFusion.Publishing;

/// <summary>What the outbox does with a message that cannot leave at once.</summary>
public enum OutboxPolicy
{
    /// <summary>Keep it in order; when the outbox is full, the oldest of these goes first.</summary>
    DropOldest,

    /// <summary>Keep the latest of the topic only; never evicted to make room.</summary>
    KeepLast,
}
