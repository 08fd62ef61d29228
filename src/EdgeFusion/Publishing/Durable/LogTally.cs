namespace EdgeFusion.Publishing.Durable;

/// <summary>The running counts of the messages that go through the log. <b>Threading.</b> Under the store's lock.
/// </summary>
internal sealed class LogTally
{
    public long Enqueued { get; set; }

    public long Published { get; set; }

    public long Unheard { get; set; }

    public long Waiting { get; set; }

    public long WaitingBytes { get; set; }

    public long Full { get; set; }

    public long Expired { get; set; }

    public long Refused { get; set; }

    public long Damaged { get; set; }

    public long Repeated { get; set; }

    public long Replayed { get; set; }

    public void Count(PublishOutcome outcome)
    {
        if (outcome == PublishOutcome.Refused)
        {
            Refused++;
            return;
        }

        Published++;
        Unheard += outcome == PublishOutcome.Unheard ? 1 : 0;
    }

    /// <summary>Messages of a segment that is dropped.</summary>
    public void Drop(GapReason reason, long messages, long bytes)
    {
        Waiting -= messages;
        WaitingBytes -= bytes;
        switch (reason)
        {
            case GapReason.Expired:
                Expired += messages;
                break;
            case GapReason.Damaged:
                Damaged += messages;
                break;
            default:
                Full += messages;
                break;
        }
    }

    public OutboxCounters AddTo(in OutboxCounters memory) => memory with
    {
        Enqueued = memory.Enqueued + Enqueued,
        Published = memory.Published + Published,
        Acknowledged = memory.Acknowledged + Published,
        Unheard = memory.Unheard + Unheard,
        Waiting = memory.Waiting + Waiting,
        WaitingBytes = memory.WaitingBytes + WaitingBytes,
        EvictedFull = memory.EvictedFull + Full,
        EvictedExpired = memory.EvictedExpired + Expired,
        EvictedRefused = memory.EvictedRefused + Refused,
        EvictedDamaged = memory.EvictedDamaged + Damaged,
        Repeated = memory.Repeated + Repeated,
        Replayed = Replayed,
        InMemory = memory.Waiting,
    };
}
