using System.Buffers;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Durable;

/// <summary>Chooses what leaves the log next, and drops what must go.</summary>
/// <remarks><b>Threading.</b> Under the store's lock.</remarks>
internal sealed class LogSender
{
    /// <summary>Old messages in flight at a time: the rest of the transport's window stays free for what is new.
    /// </summary>
    private const int MostOldFlying = 8;

    /// <summary>Records looked at in one call; a longer search goes on in the next one.</summary>
    private const int MostLookedAt = 256;

    private const int MostJobs = 16;

    /// <summary>A record of a range, with a long topic.</summary>
    private const int LargestDeclaration = 256;

    private readonly OutboxLog _log;
    private readonly LogTally _tally;
    private readonly GapLedger _gaps;
    private readonly BacklogRate _rate;
    private readonly TopicNames _names = new();
    private readonly Queue<ReplayJob> _jobs = new();
    private readonly OutboxQueue _memory;
    private readonly ArrayBufferWriter<byte> _end = new(256);
    private LogCursor _live;
    private LogCursor _backlog;
    private long _backlogEnd;
    private long _backlogNext;
    private bool _searching;

    public LogSender(
        OutboxLog log, OutboxQueue memory, LogTally tally, GapLedger gaps, OutboxLogOptions options)
    {
        _log = log;
        _memory = memory;
        _tally = tally;
        _gaps = gaps;
        _rate = new BacklogRate(options.BacklogPerSecond);
        log.Lost = (messages, bytes) => tally.Drop(GapReason.Damaged, messages, bytes);

        // Until a connection stands, everything is backlog.
        _backlogEnd = long.MaxValue;
    }

    public LogFlights Flights { get; } = new();

    /// <summary>How long nothing will come by itself; infinite where only new messages or answers can change that.
    /// </summary>
    public TimeSpan LongestWait
    {
        get
        {
            bool old = _backlogNext < Math.Min(_backlogEnd, _log.NextIndex) || _jobs.Count > 0;
            if (!old || Flights.OldFlying >= MostOldFlying)
            {
                return Timeout.InfiniteTimeSpan;
            }

            return _searching ? TimeSpan.Zero : _rate.Wait;
        }
    }

    public OutboxEntry? TakeAgain(Timestamp now) => Flights.Relaunch(now);

    public OutboxEntry? TakeNew(Timestamp now)
    {
        while (_backlogEnd != long.MaxValue
            && _log.TryRead(ref _live, out RecordHeader record, out LogCursor place, out ReadOnlyMemory<byte> content))
        {
            if (IsDue(record))
            {
                return Launch(record, place, content, isOld: false, now);
            }
        }

        return null;
    }

    public OutboxEntry? TakeOld(Timestamp now)
    {
        _searching = false;
        if (Flights.OldFlying >= MostOldFlying || !_rate.IsOpen(now))
        {
            return null;
        }

        OutboxEntry? entry = TakeBacklog(now) ?? TakeReplay(now);
        if (entry is not null)
        {
            _rate.Count();
        }

        return entry;
    }

    /// <summary>From here on, only what comes is new.</summary>
    public void ConnectionMade()
    {
        if (_backlogNext >= _backlogEnd)
        {
            // All that was old is on its way; what became old since then begins where "new" had come to.
            _backlog = _live;
        }

        _backlogEnd = _log.NextIndex;
        _backlogNext = Math.Min(_backlogNext, _backlogEnd - 1);
        _live = new LogCursor { Segment = _log.Newest, Offset = _log.Newest?.End ?? 0 };
    }

    public bool TryReplay(ReplayJob job)
    {
        if (_jobs.Count >= MostJobs)
        {
            return false;
        }

        _jobs.Enqueue(job);
        return true;
    }

    public void End(OutboxEntry entry, PublishOutcome outcome)
    {
        LogCursor place = entry.Place;
        int bytes = entry.Length;
        if (outcome == PublishOutcome.Refused && place.Segment is not null)
        {
            _gaps.Note(entry.Message, GapReason.Refused);
        }

        _tally.Waiting--;
        _tally.WaitingBytes -= entry.Length;
        _tally.Count(outcome);
        Flights.End(entry);
        OutboxLog.MarkDone(place, bytes);
    }

    /// <summary>Deletes the oldest segment; what still waits in it is counted and declared.</summary>
    public void DropOldest(GapReason reason)
    {
        LogSegment segment = _log.Oldest!;
        var lost = new List<GapRange>();
        if (segment.Waiting > 0 || segment.Gaps > 0)
        {
            GiveUp(segment, reason, lost);
        }

        _log.DropOldest();
        foreach (GapRange range in lost)
        {
            _gaps.Note(range);
        }
    }

    /// <summary>Writes what was given up, and what went through memory only, into the log, so that it is known after a
    /// restart, too.</summary>
    /// <param name="unlogged">What went through memory; emptied as far as it is written.</param>
    /// <param name="now">Present time.</param>
    public void Declare(List<GapRange> unlogged, Timestamp now)
    {
        while (unlogged.Count > 0 && TryDeclare(unlogged[0], RecordKind.Unlogged, now))
        {
            unlogged.RemoveAt(0);
        }

        while (_gaps.TryTakeUnwritten(out GapRange range))
        {
            if (!TryDeclare(range, RecordKind.Gap, now))
            {
                _gaps.WriteAgain(range);
                return;
            }
        }
    }

    /// <summary>The same at the end, when what was sent may go to make room for it: a subscriber that missed what only
    /// memory held learns it from the next run.</summary>
    public void DeclareRest(List<GapRange> unlogged, Timestamp now)
    {
        if (unlogged.Count > 0 && !_log.CanDeclare(unlogged.Count * LargestDeclaration)
            && _log.Oldest is { Waiting: 0 })
        {
            DropOldest(GapReason.Full);
            _log.AddSegment(LargestDeclaration);
        }

        Declare(unlogged, now);
    }

    private bool TryDeclare(in GapRange range, RecordKind kind, Timestamp now)
    {
        var message = new PublishMessage(
            range.Topic, BitConverter.GetBytes(range.To), QualityOfService.AtLeastOnce, false, TimeSpan.Zero, "")
        {
            Key = new MessageKey(range.Epoch, range.From),
        };
        if (!_log.CanDeclare(RecordHeader.Size(message)))
        {
            return false;
        }

        _log.Append(message, kind, range.Reason, now.Nanoseconds);
        return true;
    }

    private void GiveUp(LogSegment segment, GapReason reason, List<GapRange> lost)
    {
        var cursor = new LogCursor { Segment = segment };
        while (_log.TryRead(
            ref cursor, out RecordHeader record, out LogCursor place, out ReadOnlyMemory<byte> content)
            && ReferenceEquals(place.Segment, segment))
        {
            if (record.Kind == RecordKind.Gap)
            {
                Carry(record, content);
            }

            if (!IsDue(record))
            {
                continue;
            }

            PublishMessage message = Message(record, content);
            _tally.Drop(reason, 1, message.Payload.Length);
            if (message.Key is { } key)
            {
                GapLedger.Merge(lost, new GapRange(message.Topic, key.Epoch, key.Sequence, key.Sequence, reason));
            }
        }
    }

    /// <summary>A gap declared in a segment that goes is declared again in one that stays.</summary>
    private void Carry(in RecordHeader record, ReadOnlyMemory<byte> content)
    {
        PublishMessage gap = Message(record, content);
        _gaps.WriteAgain(new GapRange(
            gap.Topic, record.Epoch, record.Sequence, BitConverter.ToInt64(gap.Payload.Span), record.Reason));
    }

    private OutboxEntry? TakeBacklog(Timestamp now)
    {
        for (int looked = 0; _backlogNext < _backlogEnd; looked++)
        {
            if (looked == MostLookedAt)
            {
                _searching = true;
                return null;
            }

            LogCursor before = _backlog;
            if (!_log.TryRead(
                ref _backlog, out RecordHeader record, out LogCursor place, out ReadOnlyMemory<byte> content)
                || record.Index >= _backlogEnd)
            {
                _backlog = before;
                _backlogNext = _backlogEnd;
                return null;
            }

            _backlogNext = record.Index + 1;
            if (IsDue(record))
            {
                return Launch(record, place, content, isOld: true, now);
            }
        }

        return null;
    }

    private OutboxEntry? TakeReplay(Timestamp now)
    {
        if (!_jobs.TryPeek(out ReplayJob? job))
        {
            return null;
        }

        for (int looked = 0; looked < MostLookedAt; looked++)
        {
            if (!_log.TryRead(
                ref job.Cursor, out RecordHeader record, out LogCursor place, out ReadOnlyMemory<byte> content))
            {
                return TakeFromMemory(job, now) ?? Finish(job, now);
            }

            if (!place.Segment!.MayHold(job.Request.Epoch, job.Request.From, job.Request.To))
            {
                job.Cursor.Offset = place.Segment.End;
                continue;
            }

            if (job.Wants(record) && Message(record, content) is var message && job.Wants(message))
            {
                job.Find(message);
                if (!record.IsDone || Flights.Holds(record.Index))
                {
                    // It comes to its own topic yet; sent here first, that would be a copy.
                    job.Waiting++;
                    continue;
                }

                return LaunchReplay(message, job, now);
            }
        }

        _searching = true;
        return null;
    }

    /// <summary>What went through memory because the disk failed.</summary>
    private OutboxEntry? TakeFromMemory(ReplayJob job, Timestamp now)
    {
        OutboxEntry entry = Flights.Rent();
        if (_memory.TryNextSent(job, entry, now))
        {
            return LaunchReplay(entry, job);
        }

        Flights.Return(entry);
        return null;
    }

    private OutboxEntry Finish(ReplayJob job, Timestamp now)
    {
        _jobs.Dequeue();
        _end.ResetWrittenCount();
        ReplayFormat.WriteEnd(job, _end);
        var end = new PublishMessage(
            job.Reply.Topic!, _end.WrittenMemory, QualityOfService.AtLeastOnce, false, TimeSpan.Zero,
            PublishMessage.Json);
        OutboxEntry entry = Flights.Rent();
        entry.Fill(job.Address(end), OutboxPolicy.DropOldest, now);
        return Launch(entry);
    }

    private OutboxEntry LaunchReplay(in PublishMessage message, ReplayJob job, Timestamp now)
    {
        OutboxEntry entry = Flights.Rent();
        entry.Fill(job.Address(message), OutboxPolicy.DropOldest, now);
        return LaunchReplay(entry, job);
    }

    private OutboxEntry LaunchReplay(OutboxEntry entry, ReplayJob job)
    {
        job.Sent++;
        return Launch(entry);
    }

    /// <summary>An answer flies; it has no place in the log.</summary>
    private OutboxEntry Launch(OutboxEntry entry)
    {
        entry.Place = default;
        entry.IsOld = true;
        _tally.Enqueued++;
        _tally.Waiting++;
        _tally.WaitingBytes += entry.Length;
        _tally.Replayed++;
        return Flights.Launch(entry);
    }

    private bool IsDue(in RecordHeader record) =>
        record.Kind == RecordKind.Message && !record.IsDone && !Flights.Holds(record.Index);

    private OutboxEntry Launch(
        in RecordHeader record, in LogCursor place, ReadOnlyMemory<byte> content, bool isOld, Timestamp now)
    {
        OutboxEntry entry = Flights.Rent();

        // Its expiry begins at the broker: how long it is kept here is for the log's age to say.
        entry.Fill(Message(record, content), OutboxPolicy.DropOldest, now);
        entry.Place = place;
        entry.Index = record.Index;
        entry.IsOld = isOld;
        return Flights.Launch(entry);
    }

    private PublishMessage Message(in RecordHeader record, ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> texts = content.Span[RecordHeader.Bytes..];
        int payload = RecordHeader.Bytes + record.TopicBytes + record.ContentTypeBytes;
        return new PublishMessage(
            _names.Get(texts[..record.TopicBytes]), content[payload..record.Length], QualityOfService.AtLeastOnce,
            false, new TimeSpan(record.Expiry), _names.Get(texts.Slice(record.TopicBytes, record.ContentTypeBytes)))
        {
            Key = record.Key,
        };
    }
}
