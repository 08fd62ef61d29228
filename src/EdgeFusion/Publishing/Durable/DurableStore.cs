using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Durable;

/// <summary>
/// A store that survives a crash: predictions go through a log on disk, state and heartbeats through memory. Where the
/// disk fails, everything goes through memory, and the disk is tried again.
/// </summary>
/// <remarks>
/// <para><b>Order.</b> What must be repeated; state; what is new; what is from before the connection or asked for
/// again, oldest first, at a bounded rate and with few in flight, so that it never holds up what is new.</para>
/// <para><b>Lock.</b> One; the disk is written under it, but forced by a thread that does not hold it.</para>
/// </remarks>
internal sealed class DurableStore : IOutboxStore
{
    private static readonly TimeSpan RetryDisk = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly OutboxLogOptions _options;
    private readonly OutboxQueue _memory;
    private readonly UnloggedRuns _unlogged = new();
    private readonly PipelineClock _clock;
    private readonly LogTally _tally = new();
    private readonly LogFlusher? _flusher;
    private LogSender? _sender;
    private OutboxLog? _log;
    private Timestamp _nextTry = Timestamp.MinValue;
    private Timestamp _nextAging = Timestamp.MinValue;
    private string? _problem;
    private bool _connected;
    private bool _disposed;

    public DurableStore(OutboxOptions options, PipelineClock clock)
    {
        _options = options.Log!;
        _clock = clock;
        _memory = new OutboxQueue(options, Gaps, keepSent: true);
        TryOpen(clock.Now);
        if (_options.Flush == FlushPolicy.Interval)
        {
            _flusher = new LogFlusher(Flush, clock, _options.FlushInterval);
        }
    }

    public GapLedger Gaps { get; } = new();

    public OutboxRecovery? Recovery { get; private set; }

    public KeptRun[] Runs { get; private set; } = [];

    public string? Problem => Volatile.Read(ref _problem);

    public OutboxCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return _tally.AddTo(_memory.Counters);
            }
        }
    }

    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _memory.IsDrained && _tally.WaitingBytes <= _options.MaxBytes / 2;
            }
        }
    }

    public TimeSpan LongestWait
    {
        get
        {
            lock (_gate)
            {
                return _sender?.LongestWait ?? Timeout.InfiniteTimeSpan;
            }
        }
    }

    public void Enqueue(in PublishMessage message, OutboxPolicy policy, Timestamp now)
    {
        if (policy == OutboxPolicy.DropOldest && message.Quality == QualityOfService.AtLeastOnce && !message.Retain)
        {
            lock (_gate)
            {
                if (TryKeep(message, now))
                {
                    _unlogged.Note(message, isLogged: true);
                    return;
                }
            }
        }

        _memory.Enqueue(message, policy, now);
        lock (_gate)
        {
            // Not before it is there: who asks for it in between is not told that it is gone.
            _unlogged.Note(message, isLogged: false);
        }
    }

    public void EnqueueFirst(in PublishMessage message, Timestamp now) => _memory.EnqueueFirst(message, now);

    public OutboxEntry? Take(Timestamp now)
    {
        lock (_gate)
        {
            try
            {
                Age(now);
                return _sender?.TakeAgain(now) ?? _memory.Take(now) ?? _sender?.TakeNew(now)
                    ?? _sender?.TakeOld(now);
            }
            catch (Exception fault) when (IsDiskFault(fault))
            {
                Fail(fault, now);
                return null;
            }
        }
    }

    public void PutBack(OutboxEntry entry)
    {
        if (entry.Ticket > 0)
        {
            _memory.PutBack(entry);
            return;
        }

        lock (_gate)
        {
            _sender!.Flights.PutBack(entry);
        }
    }

    public void Complete(OutboxEntry entry)
    {
        if (entry.Ticket > 0)
        {
            _memory.Complete(entry);
            return;
        }

        End(entry, PublishOutcome.Accepted);
    }

    public void Refuse(OutboxEntry entry)
    {
        if (entry.Ticket > 0)
        {
            _memory.Refuse(entry);
            return;
        }

        End(entry, PublishOutcome.Refused);
    }

    public string? Acknowledge(long ticket, PublishOutcome outcome)
    {
        if (ticket > 0)
        {
            return _memory.Acknowledge(ticket, outcome);
        }

        OutboxEntry? entry;
        lock (_gate)
        {
            entry = _sender?.Flights.Find(ticket);
        }

        if (entry is null)
        {
            return null;
        }

        string topic = entry.Message.Topic;
        End(entry, outcome);
        return outcome == PublishOutcome.Refused ? topic : null;
    }

    public void ConnectionLost()
    {
        _memory.ConnectionLost();
        lock (_gate)
        {
            _connected = false;
            _tally.Repeated += _sender?.Flights.PutAllBack() ?? 0;
        }
    }

    public void ConnectionMade(Timestamp now)
    {
        _memory.ConnectionMade(now);
        lock (_gate)
        {
            _connected = true;
            _sender?.ConnectionMade();
        }
    }

    public bool TryReplay(ReplayJob job)
    {
        lock (_gate)
        {
            job.Limit = _unlogged.LastOf(job.Request);
            return _sender is not null && _sender.TryReplay(job);
        }
    }

    public void Dispose()
    {
        _flusher?.Dispose();
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            try
            {
                _sender?.DeclareRest(_unlogged.Ranges, _clock.Now);
            }
            catch (Exception fault) when (IsDiskFault(fault))
            {
                Volatile.Write(ref _problem, Describe(fault));
            }

            if (_options.Flush != FlushPolicy.None)
            {
                Flush();
            }

            _sender = null;
            _log?.Dispose();
            _log = null;
        }
    }

    private static bool IsDiskFault(Exception fault) => fault is IOException or UnauthorizedAccessException;

    private void Flush()
    {
        try
        {
            Volatile.Read(ref _log)?.FlushToDisk();
        }
        catch (Exception fault) when (IsDiskFault(fault))
        {
            Volatile.Write(ref _problem, Describe(fault));
        }
    }

    private string Describe(Exception fault) =>
        $"the outbox's log in {_options.Folder} cannot be used: {fault.Message} Messages wait in memory meanwhile; "
        + "free space on the disk, or check the folder's owner and that no other process uses it.";

    private void Fail(Exception fault, Timestamp now)
    {
        Volatile.Write(ref _problem, Describe(fault));
        _nextTry = now + RetryDisk;
    }

    private void TryOpen(Timestamp now)
    {
        try
        {
            var recovery = new LogRecovery(Gaps);
            _log = OutboxLog.Open(_options, recovery);
            _sender = new LogSender(_log, _memory, _tally, Gaps, _options);
            _tally.Enqueued += recovery.Waiting;
            _tally.Waiting += recovery.Waiting;
            _tally.WaitingBytes += recovery.WaitingBytes;
            Recovery = recovery.Result;
            Runs = recovery.Runs;
            if (_connected)
            {
                _sender.ConnectionMade();
            }

            Volatile.Write(ref _problem, null);
        }
        catch (Exception fault) when (IsDiskFault(fault))
        {
            Fail(fault, now);
        }
    }

    private bool TryKeep(in PublishMessage message, Timestamp now)
    {
        if (_disposed || (_problem is not null && now < _nextTry))
        {
            return false;
        }

        if (_log is null)
        {
            TryOpen(now);
        }

        int size = RecordHeader.Size(message);
        if (_log is not { } log || size > OutboxLog.MaxRecordBytes)
        {
            return false;
        }

        try
        {
            MakeRoom(log, size, now);
            log.Append(message, RecordKind.Message, default, now.Nanoseconds);
            _tally.Enqueued++;
            _tally.Waiting++;
            _tally.WaitingBytes += message.Payload.Length;
            if (_problem is not null)
            {
                _sender!.Declare(_unlogged.Ranges, now);
                Volatile.Write(ref _problem, null);
            }

            return true;
        }
        catch (Exception fault) when (IsDiskFault(fault))
        {
            Fail(fault, now);
            return false;
        }
    }

    private void MakeRoom(OutboxLog log, int size, Timestamp now)
    {
        if (!log.NeedsSegment(size))
        {
            return;
        }

        while (log.IsFull && log.Oldest is not null)
        {
            _sender!.DropOldest(GapReason.Full);
        }

        try
        {
            log.AddSegment(size);
        }
        catch (IOException) when (log.Oldest is { Waiting: 0 })
        {
            // The disk is full, but what has been sent need not be kept.
            _sender!.DropOldest(GapReason.Full);
            log.AddSegment(size);
        }

        _sender!.Declare(_unlogged.Ranges, now);
    }

    private void Age(Timestamp now)
    {
        if (_log is not { } log || now < _nextAging)
        {
            return;
        }

        _nextAging = now + TimeSpan.FromSeconds(1);
        long oldest = (now - _options.MaxAge).Nanoseconds;
        while (log.Oldest is { } segment && segment.Newest < oldest && segment.Next is not null)
        {
            _sender!.DropOldest(GapReason.Expired);
        }
    }

    private void End(OutboxEntry entry, PublishOutcome outcome)
    {
        lock (_gate)
        {
            if (_sender is null)
            {
                return;
            }

            try
            {
                _sender.End(entry, outcome);
            }
            catch (Exception fault) when (IsDiskFault(fault))
            {
                // It is sent once more after a restart; subscribers know it by its number.
                Volatile.Write(ref _problem, Describe(fault));
            }
        }
    }
}
