using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Durable;

/// <summary>The messages of a log that are in memory at the moment: in flight, or to be sent again.</summary>
/// <remarks>Entries are reused. <b>Threading.</b> Under the store's lock.</remarks>
internal sealed class LogFlights
{
    private readonly LinkedList<OutboxEntry> _flying = new();
    private readonly LinkedList<OutboxEntry> _again = new();
    private readonly HashSet<long> _indexes = [];
    private readonly Stack<OutboxEntry> _free = new();

    // Log and memory share the numbers that the transport gives back; ours are negative.
    private long _nextTicket = -1;

    /// <summary>Of those in flight: how many are old.</summary>
    public int OldFlying { get; private set; }

    public bool Holds(long index) => _indexes.Contains(index);

    /// <summary>An entry to fill.</summary>
    public OutboxEntry Rent() => _free.TryPop(out OutboxEntry? entry) ? entry : new OutboxEntry();

    /// <summary>An entry rented was not needed.</summary>
    public void Return(OutboxEntry entry) => _free.Push(entry);

    /// <summary>A filled entry flies.</summary>
    public OutboxEntry Launch(OutboxEntry entry)
    {
        entry.Ticket = _nextTicket--;
        _flying.AddLast(entry.Node);
        OldFlying += entry.IsOld ? 1 : 0;
        if (entry.Place.Segment is not null)
        {
            _indexes.Add(entry.Index);
        }

        return entry;
    }

    /// <summary>The next one to be sent again flies; null for none.</summary>
    public OutboxEntry? Relaunch(Timestamp now)
    {
        if (_again.First is not { } first)
        {
            return null;
        }

        _again.Remove(first);
        _flying.AddLast(first);
        first.Value.Renew(now);
        OldFlying += first.Value.IsOld ? 1 : 0;
        return first.Value;
    }

    /// <summary>One in flight did not leave: it is the first to be sent again.</summary>
    public void PutBack(OutboxEntry entry)
    {
        Land(entry);
        _again.AddFirst(entry.Node);
    }

    /// <summary>Everything in flight is to be sent again, in the same order.</summary>
    /// <returns>How many.</returns>
    public int PutAllBack()
    {
        int count = 0;
        while (_flying.Last is { } last)
        {
            PutBack(last.Value);
            count++;
        }

        return count;
    }

    /// <summary>Finds one in flight; null for none.</summary>
    public OutboxEntry? Find(long ticket)
    {
        LinkedListNode<OutboxEntry>? node = _flying.First;
        while (node is not null && node.Value.Ticket != ticket)
        {
            node = node.Next;
        }

        return node?.Value;
    }

    /// <summary>One in flight is done with.</summary>
    public void End(OutboxEntry entry)
    {
        Land(entry);
        if (entry.Place.Segment is not null)
        {
            _indexes.Remove(entry.Index);
        }

        _free.Push(entry);
    }

    private void Land(OutboxEntry entry)
    {
        _flying.Remove(entry.Node);
        OldFlying -= entry.IsOld ? 1 : 0;
    }
}
