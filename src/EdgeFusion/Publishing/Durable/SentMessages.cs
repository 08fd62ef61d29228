using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Durable;

/// <summary>Numbered messages that went through memory because the disk failed, and were sent: a subscriber that was
/// not there may still ask for them. The oldest go when the room is needed for what waits.</summary>
/// <remarks><b>Threading.</b> Under the queue's lock.</remarks>
internal sealed class SentMessages
{
    private readonly LinkedList<OutboxEntry> _entries = new();

    /// <summary>How many.</summary>
    public int Count => _entries.Count;

    /// <summary>Their payload.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps a message that the broker has.</summary>
    public void Add(OutboxEntry entry)
    {
        _entries.AddLast(entry.Node);
        Bytes += entry.Length;
    }

    /// <summary>Gives the oldest one up; null for none.</summary>
    public OutboxEntry? TakeOldest()
    {
        if (_entries.First is not { } first)
        {
            return null;
        }

        _entries.Remove(first);
        Bytes -= first.Value.Length;
        return first.Value;
    }

    /// <summary>The next message of a replay, filled into an entry for the one who asked.</summary>
    /// <returns>False at the end.</returns>
    public bool TryNext(ReplayJob job, OutboxEntry target, Timestamp now)
    {
        // The entry at which the last call stood may have gone meanwhile, and serve another message now.
        bool stands = job.LastSent is { } last && last.Ticket == job.LastTicket && last.Node.List == _entries;
        LinkedListNode<OutboxEntry>? node = stands ? job.LastSent!.Node.Next : _entries.First;
        for (; node is not null; node = node.Next)
        {
            PublishMessage message = node.Value.Message;
            if (job.Wants(message) && job.Find(message))
            {
                job.LastSent = node.Value;
                job.LastTicket = node.Value.Ticket;
                target.Fill(job.Address(message), OutboxPolicy.DropOldest, now);
                return true;
            }
        }

        return false;
    }
}
