namespace EdgeFusion.Publishing;

/// <summary>The running counts behind <see cref="OutboxCounters"/>; changed under the queue's lock only.</summary>
internal struct OutboxTally
{
    public long Enqueued;
    public long Published;
    public long Acknowledged;
    public long Unheard;
    public long Full;
    public long Replaced;
    public long Expired;
    public long Refused;
    public long Repeated;
    public long Connections;

    public void Count(PublishOutcome outcome)
    {
        if (outcome == PublishOutcome.Refused)
        {
            Refused++;
            return;
        }

        Published++;
        Acknowledged++;
        if (outcome == PublishOutcome.Unheard)
        {
            Unheard++;
        }
    }

    public readonly OutboxCounters Snapshot(long waiting, long bytes) => new()
    {
        Enqueued = Enqueued,
        Published = Published,
        Acknowledged = Acknowledged,
        Unheard = Unheard,
        Waiting = waiting,
        InMemory = waiting,
        WaitingBytes = bytes,
        EvictedFull = Full,
        EvictedReplaced = Replaced,
        EvictedExpired = Expired,
        EvictedRefused = Refused,
        Repeated = Repeated,
        Reconnects = Math.Max(0, Connections - 1),
    };
}
