namespace EdgeFusion.Publishing;

/// <summary>
/// What the outbox has done since start; one consistent snapshot. Always, exactly:
/// <c>Enqueued = Published + Evicted + Waiting</c>.
/// </summary>
public readonly record struct OutboxCounters
{
    /// <summary>Messages given to the outbox, including retained state that it repeated by itself.</summary>
    public long Enqueued { get; init; }

    /// <summary>Messages done with: handed over (at most once) or acknowledged (at least once).</summary>
    public long Published { get; init; }

    /// <summary>Of the published: acknowledged by the broker.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Of the acknowledged: nobody subscribed, says the broker.</summary>
    public long Unheard { get; init; }

    /// <summary>Messages still to send or to be acknowledged.</summary>
    public long Waiting { get; init; }

    /// <summary>Bytes of the payloads of <see cref="Waiting"/>.</summary>
    public long WaitingBytes { get; init; }

    /// <summary>Evicted because the outbox was full: real loss.</summary>
    public long EvictedFull { get; init; }

    /// <summary>Evicted because a newer message of the same topic took its place (keep-last topics only).</summary>
    public long EvictedReplaced { get; init; }

    /// <summary>Evicted because it had waited for longer than it was worth delivering.</summary>
    public long EvictedExpired { get; init; }

    /// <summary>Refused by the broker or impossible to send.</summary>
    public long EvictedRefused { get; init; }

    /// <summary>Could not be read back from the log on disk.</summary>
    public long EvictedDamaged { get; init; }

    /// <summary>Messages given up, whatever the reason.</summary>
    public long Evicted => EvictedFull + EvictedReplaced + EvictedExpired + EvictedRefused + EvictedDamaged;

    /// <summary>Handed over again after a broken connection; subscribers may have seen them twice.</summary>
    public long Repeated { get; init; }

    /// <summary>Of the enqueued: sent because a subscriber asked for them again.</summary>
    public long Replayed { get; init; }

    /// <summary>Of the waiting: in memory only.</summary>
    public long InMemory { get; init; }

    /// <summary>Connections made after the first one.</summary>
    public long Reconnects { get; init; }
}
