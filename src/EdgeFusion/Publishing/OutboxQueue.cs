using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>
/// Messages waiting in memory: bounded in number and bytes, oldest first, keep-last per topic where asked, and the
/// last retained message of each topic for the next connection.
/// </summary>
/// <remarks>
/// Entries and their buffers are reused, the most recently used first: in steady state nothing is allocated. Memory
/// is bounded by about twice <see cref="OutboxOptions.MaxBytes"/>, because buffers are powers of two.
/// </remarks>
internal sealed class OutboxQueue : IOutboxStore
{
    /// <summary>Topics whose state is remembered; a node has a handful.</summary>
    private const int MaxStates = 1024;

    private readonly Lock _gate = new();
    private readonly OutboxOptions _options;
    private readonly LinkedList<OutboxEntry> _waiting = new();
    private readonly LinkedList<OutboxEntry> _inFlight = new();
    private readonly SentMessages? _sent;
    private readonly Dictionary<string, OutboxEntry> _latest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutboxEntry> _states = new(StringComparer.Ordinal);
    private readonly Stack<OutboxEntry> _free = new();
    private OutboxTally _tally;
    private long _bytes;
    private long _freeBytes;
    private long _nextTicket = 1;

    /// <summary>An empty queue.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="gaps">Told what is given up; null for one of its own.</param>
    /// <param name="keepSent">Whether numbered messages stay for replays after they were sent, until their room is
    /// needed.</param>
    public OutboxQueue(OutboxOptions options, GapLedger? gaps = null, bool keepSent = false)
    {
        _options = options;
        _sent = keepSent ? new SentMessages() : null;
        Gaps = gaps ?? new GapLedger();
    }

    public GapLedger Gaps { get; }

    public OutboxRecovery? Recovery => null;

    public KeptRun[] Runs => [];

    public string? Problem => null;

    public TimeSpan LongestWait => Timeout.InfiniteTimeSpan;

    public OutboxCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return _tally.Snapshot(_waiting.Count + _inFlight.Count, _bytes);
            }
        }
    }

    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count + _inFlight.Count <= _options.MaxMessages / 2 && _bytes <= _options.MaxBytes / 2;
            }
        }
    }

    public void Enqueue(in PublishMessage message, OutboxPolicy policy, Timestamp now)
    {
        lock (_gate)
        {
            _tally.Enqueued++;
            if (message.Retain)
            {
                Remember(message, now);
            }

            if (policy == OutboxPolicy.KeepLast && _latest.TryGetValue(message.Topic, out OutboxEntry? older))
            {
                _bytes += message.Payload.Length - older.Length;
                older.Fill(message, policy, now);
                _tally.Replaced++;
            }
            else if (MakeRoom(message.Payload.Length))
            {
                Add(message, policy, now, after: _waiting.Last);
            }
            else
            {
                _tally.Full++;
                Gaps.Note(message, GapReason.Full);
            }
        }
    }

    public void EnqueueFirst(in PublishMessage message, Timestamp now)
    {
        lock (_gate)
        {
            _tally.Enqueued++;
            if (message.Retain)
            {
                Remember(message, now);
            }

            if (_latest.TryGetValue(message.Topic, out OutboxEntry? older))
            {
                Unlist(older);
                _tally.Replaced++;
                Free(older);
            }

            Add(message, OutboxPolicy.KeepLast, now, after: null);
        }
    }

    public OutboxEntry? Take(Timestamp now)
    {
        lock (_gate)
        {
            while (_waiting.First is { } first)
            {
                OutboxEntry entry = first.Value;
                Unlist(entry);
                if (!entry.IsExpired(now))
                {
                    _inFlight.AddLast(entry.Node);
                    return entry;
                }

                _tally.Expired++;
                Gaps.Note(entry.Message, GapReason.Expired);
                Free(entry);
            }

            return null;
        }
    }

    public void PutBack(OutboxEntry entry)
    {
        lock (_gate)
        {
            _inFlight.Remove(entry.Node);
            Requeue(entry);
        }
    }

    public void Complete(OutboxEntry entry)
    {
        lock (_gate)
        {
            _inFlight.Remove(entry.Node);
            _tally.Published++;
            Free(entry);
        }
    }

    public void Refuse(OutboxEntry entry)
    {
        lock (_gate)
        {
            _inFlight.Remove(entry.Node);
            _tally.Refused++;
            Gaps.Note(entry.Message, GapReason.Refused);
            Free(entry);
        }
    }

    public string? Acknowledge(long ticket, PublishOutcome outcome)
    {
        lock (_gate)
        {
            // Brokers answer in order, so that the first one is nearly always the one.
            LinkedListNode<OutboxEntry>? node = _inFlight.First;
            while (node is not null && node.Value.Ticket != ticket)
            {
                node = node.Next;
            }

            if (node is null)
            {
                return null;
            }

            OutboxEntry entry = node.Value;
            string? refused = outcome == PublishOutcome.Refused ? entry.Message.Topic : null;
            if (refused is not null)
            {
                Gaps.Note(entry.Message, GapReason.Refused);
            }

            _inFlight.Remove(node);
            _tally.Count(outcome);
            if (_sent is not null && refused is null && entry.Message.Key is not null)
            {
                _bytes -= entry.Length;
                _sent.Add(entry);
            }
            else
            {
                Free(entry);
            }

            return refused;
        }
    }

    public void ConnectionLost()
    {
        lock (_gate)
        {
            while (_inFlight.Last is { } last)
            {
                _inFlight.Remove(last);
                _tally.Repeated++;
                Requeue(last.Value);
            }
        }
    }

    public void ConnectionMade(Timestamp now)
    {
        lock (_gate)
        {
            _tally.Connections++;
            LinkedListNode<OutboxEntry>? after = null;
            foreach (KeyValuePair<string, OutboxEntry> state in _states)
            {
                if (_latest.TryGetValue(state.Key, out OutboxEntry? waiting))
                {
                    _waiting.Remove(waiting.Node);
                    Insert(waiting, after);
                    after = waiting.Node;
                }
                else if (!state.Value.IsExpired(now))
                {
                    _tally.Enqueued++;
                    after = Add(state.Value.Message, OutboxPolicy.KeepLast, state.Value.Enqueued, after).Node;
                }
            }
        }
    }

    public bool TryReplay(ReplayJob job) => false;

    /// <summary>The next message of a replay that went through memory and was sent; counts, at the first call, what is
    /// to be sent yet.</summary>
    /// <param name="job">The replay.</param>
    /// <param name="target">Filled with it, for the one who asked.</param>
    /// <param name="now">Present time.</param>
    /// <returns>False at the end.</returns>
    public bool TryNextSent(ReplayJob job, OutboxEntry target, Timestamp now)
    {
        lock (_gate)
        {
            job.CountWaiting(_inFlight, _waiting);
            return _sent is not null && _sent.TryNext(job, target, now);
        }
    }

    public void Dispose()
    {
        // Memory only.
    }

    private void Remember(in PublishMessage message, Timestamp now)
    {
        if (!_states.TryGetValue(message.Topic, out OutboxEntry? state) && _states.Count < MaxStates)
        {
            state = new OutboxEntry();
            _states.Add(message.Topic, state);
        }

        state?.Fill(message, OutboxPolicy.KeepLast, now);
    }

    private OutboxEntry Add(
        in PublishMessage message, OutboxPolicy policy, Timestamp now, LinkedListNode<OutboxEntry>? after)
    {
        if (_free.TryPop(out OutboxEntry? entry))
        {
            _freeBytes -= entry.BufferBytes;
        }
        else
        {
            entry = new OutboxEntry();
        }

        entry.Fill(message, policy, now);
        entry.Ticket = _nextTicket++;
        _bytes += entry.Length;
        Insert(entry, after);
        if (policy == OutboxPolicy.KeepLast)
        {
            _latest[message.Topic] = entry;
        }

        return entry;
    }

    private void Insert(OutboxEntry entry, LinkedListNode<OutboxEntry>? after)
    {
        if (after is null)
        {
            _waiting.AddFirst(entry.Node);
        }
        else
        {
            _waiting.AddAfter(after, entry.Node);
        }
    }

    /// <summary>Back to the front of the waiting, unless a newer message of a keep-last topic waits already.</summary>
    private void Requeue(OutboxEntry entry)
    {
        if (entry.Policy == OutboxPolicy.KeepLast && !_latest.TryAdd(entry.Message.Topic, entry))
        {
            _tally.Replaced++;
            Free(entry);
            return;
        }

        _waiting.AddFirst(entry.Node);
    }

    private bool IsFullFor(int bytes) =>
        _waiting.Count + _inFlight.Count + (_sent?.Count ?? 0) >= _options.MaxMessages
        || _bytes + (_sent?.Bytes ?? 0) + bytes > _options.MaxBytes;

    private bool MakeRoom(int bytes)
    {
        LinkedListNode<OutboxEntry>? candidate = _waiting.First;
        while (IsFullFor(bytes))
        {
            if (_sent?.TakeOldest() is { } sent)
            {
                _bytes += sent.Length;
                Free(sent);
                continue;
            }

            while (candidate is not null && candidate.Value.Policy == OutboxPolicy.KeepLast)
            {
                candidate = candidate.Next;
            }

            if (candidate is null)
            {
                return false;
            }

            OutboxEntry oldest = candidate.Value;
            candidate = candidate.Next;
            Unlist(oldest);
            _tally.Full++;
            Gaps.Note(oldest.Message, GapReason.Full);
            Free(oldest);
        }

        return true;
    }

    private void Unlist(OutboxEntry entry)
    {
        _waiting.Remove(entry.Node);
        if (entry.Policy == OutboxPolicy.KeepLast)
        {
            _latest.Remove(entry.Message.Topic);
        }
    }

    private void Free(OutboxEntry entry)
    {
        _bytes -= entry.Length;
        if (_freeBytes + entry.BufferBytes > _options.MaxBytes)
        {
            entry.DropBuffer();
        }

        _freeBytes += entry.BufferBytes;
        _free.Push(entry);
    }
}
