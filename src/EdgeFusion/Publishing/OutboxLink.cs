using EdgeFusion.Time;

namespace EdgeFusion.Publishing;

/// <summary>The connection below an outbox: connects, moves messages from the store to the publisher,
/// reconnects.</summary>
/// <remarks><b>Threading.</b> One thread, except <see cref="IsConnected"/>.</remarks>
internal sealed class OutboxLink : IPublishReceipts
{
    /// <summary>A connection that stood for this long was a good one: the next pause starts from the minimum.</summary>
    private static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(5);

    private readonly IPublisher _publisher;
    private readonly IOutboxStore _store;
    private readonly PipelineClock _clock;
    private readonly OutboxOptions _options;
    private readonly PublishMessage _will;
    private readonly IOutboxObserver? _observer;
    private readonly BackOff _backOff;
    private Timestamp _nextAttempt = Timestamp.MinValue;
    private Timestamp _nextBeat = Timestamp.MinValue;
    private Timestamp _connectedAt;
    private long _lostBeforeOverflow;
    private volatile bool _connected;
    private bool _outageReported;
    private bool _refusalReported;
    private bool _overflowing;
    private bool _recoveryReported;
    private bool _storageWorks = true;

    public OutboxLink(
        IPublisher publisher, IOutboxStore store, PipelineClock clock, OutboxOptions options, in PublishMessage will,
        IOutboxObserver? observer, Random random)
    {
        _publisher = publisher;
        _store = store;
        _clock = clock;
        _options = options;
        _will = will;
        _observer = observer;
        _backOff = new BackOff(options.BackOffMin, options.BackOffMax, random);
    }

    /// <summary>Whether a connection stands; any thread.</summary>
    public bool IsConnected => _connected;

    /// <summary>Who speaks at regular intervals.</summary>
    public IHeartbeat? Heartbeat { get; set; }

    /// <summary>Connects where it is time to, or else moves messages and pumps once.</summary>
    /// <returns>When to call again: while connected at once, else at the next attempt.</returns>
    public Timestamp Step(TimeSpan longestPump, CancellationToken stopping)
    {
        WatchOverflow();
        WatchStorage();
        if (!_connected)
        {
            Timestamp now = _clock.Now;
            if (now < _nextAttempt || !TryConnect(stopping))
            {
                return _nextAttempt;
            }
        }

        try
        {
            Beat();
            bool allGone = Drain();
            TimeSpan toBeat = _nextBeat - _clock.Now;
            TimeSpan wait = Heartbeat is not null && toBeat < longestPump ? toBeat : longestPump;
            TimeSpan toOld = allGone ? _store.LongestWait : Timeout.InfiniteTimeSpan;
            wait = toOld != Timeout.InfiniteTimeSpan && toOld < wait ? toOld : wait;
            _publisher.Pump(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, this);
            if (!allGone)
            {
                Drain();
            }
        }
        catch (TransportException fault)
        {
            Lose(fault.Message);
        }

        return _connected ? _clock.Now : _nextAttempt;
    }

    /// <summary>Sends what waits, then the last message, then disconnects; bounded by the stop timeout.</summary>
    public void Farewell(in PublishMessage stopped)
    {
        if (!_connected)
        {
            return;
        }

        // Half the time is for the backlog; then the last message goes, past whatever still waits.
        Timestamp now = _clock.Now;
        try
        {
            PumpUntil(now + (_options.StopTimeout / 2));
            _store.EnqueueFirst(stopped, _clock.Now);
            PumpUntil(now + _options.StopTimeout);
            _publisher.Disconnect();
            _connected = false;
        }
        catch (TransportException fault)
        {
            Lose(fault.Message);
        }
    }

    void IPublishReceipts.Acknowledged(long ticket, PublishOutcome outcome)
    {
        string? refused = _store.Acknowledge(ticket, outcome);
        if (refused is not null)
        {
            ReportRefusal(refused);
        }
    }

    private bool TryConnect(CancellationToken stopping)
    {
        try
        {
            _publisher.Connect(_will, _options.ConnectTimeout, stopping);
        }
        catch (TransportException fault)
        {
            ReportOutage(fault.Message);
            _nextAttempt = _clock.Now + _backOff.Next();
            return false;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }

        _connectedAt = _clock.Now;
        _nextBeat = _connectedAt;
        long waiting = _store.Counters.Waiting;
        _store.ConnectionMade(_connectedAt);
        _connected = true;
        _outageReported = false;
        _refusalReported = false;
        _observer?.Connected(_publisher.Target, waiting);
        if ((_publisher as ICommandChannel)?.Unsubscribed is { } reason)
        {
            _observer?.Deafened(reason);
        }

        return true;
    }

    private void Lose(string reason)
    {
        _connected = false;
        _store.ConnectionLost();
        Timestamp now = _clock.Now;
        if (now - _connectedAt >= GoodConnection)
        {
            _backOff.Reset();
        }

        _nextAttempt = now + _backOff.Next();
        ReportOutage(reason);
    }

    /// <summary>Hands over what the transport takes.</summary>
    /// <returns>False where it is busy.</returns>
    private bool Drain()
    {
        // The transport must be pumped in between, even where it takes messages for ever.
        const int MostAtOnce = 256;
        for (int i = 0; i < MostAtOnce; i++)
        {
            Timestamp now = _clock.Now;
            OutboxEntry? entry = _store.Take(now);
            if (entry is null)
            {
                return true;
            }

            switch (HandOverOrPutBack(entry, now))
            {
                case HandOver.Busy:
                    _store.PutBack(entry);
                    return false;
                case HandOver.Refused:
                    string topic = entry.Message.Topic;
                    _store.Refuse(entry);
                    ReportRefusal(topic);
                    break;
                default:
                    if (entry.Message.Quality == QualityOfService.AtMostOnce)
                    {
                        _store.Complete(entry);
                    }

                    break;
            }
        }

        return true;
    }

    private HandOver HandOverOrPutBack(OutboxEntry entry, Timestamp now)
    {
        try
        {
            return _publisher.TryPublish(entry.Remaining(now), entry.Ticket);
        }
        catch (TransportException)
        {
            // It never left, so that sending it later is no repetition.
            _store.PutBack(entry);
            throw;
        }
    }

    private void PumpUntil(Timestamp end)
    {
        while (_store.Counters.Waiting > 0)
        {
            Drain();
            TimeSpan left = end - _clock.Now;
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            if (_store.Counters.Waiting > 0)
            {
                TimeSpan toOld = _store.LongestWait;
                bool soon = toOld != Timeout.InfiniteTimeSpan && toOld < left;
                _publisher.Pump(soon ? toOld : left, this);
            }
        }
    }

    private void Beat()
    {
        Timestamp now = _clock.Now;
        if (Heartbeat is null || now < _nextBeat)
        {
            return;
        }

        Heartbeat.Beat(now);
        _nextBeat += _options.HeartbeatInterval;
        if (_nextBeat <= now)
        {
            _nextBeat = now + _options.HeartbeatInterval;
        }
    }

    private void WatchOverflow()
    {
        OutboxCounters counters = _store.Counters;
        if (!_overflowing && counters.EvictedFull > _lostBeforeOverflow)
        {
            _overflowing = true;
            _observer?.Overflowing(counters.Waiting);
        }
        else if (_overflowing && _store.IsDrained)
        {
            _overflowing = false;
            long dropped = counters.EvictedFull - _lostBeforeOverflow;
            _lostBeforeOverflow = counters.EvictedFull;
            _observer?.OverflowEnded(dropped);
        }
    }

    private void WatchStorage()
    {
        if (!_recoveryReported)
        {
            _recoveryReported = true;
            if (_store.Recovery is { } recovery)
            {
                _observer?.Recovered(recovery);
            }
        }

        // The words may differ from attempt to attempt; what counts is whether there is a problem.
        string? problem = _store.Problem;
        if ((problem is null) != _storageWorks)
        {
            _storageWorks = problem is null;
            _observer?.StorageChanged(problem);
        }
    }

    private void ReportOutage(string reason)
    {
        if (!_outageReported)
        {
            _outageReported = true;
            _observer?.Disconnected(_publisher.Target, reason);
        }
    }

    private void ReportRefusal(string topic)
    {
        if (!_refusalReported)
        {
            _refusalReported = true;
            _observer?.Refused(topic, _publisher.Refusal ?? "the broker gave no reason");
        }
    }
}
