using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Sparkplug;

/// <summary>
/// The life of an edge node on one connection after another: death left with the broker, births, data on change, and
/// births again when asked.
/// </summary>
/// <remarks>
/// <para>Data goes at most once, as the specification wants; nothing waits and nothing is repeated, since each birth
/// tells the whole state. The native topics are the ones that lose nothing.</para>
/// <para>No disconnection is ever announced: the connection is closed after the death was published, so that the broker
/// publishes the will, too, and no host can miss it.</para>
/// <para><b>Threading.</b> <see cref="Take"/>: any thread, never waits for the network. The rest: one thread.</para>
/// </remarks>
internal sealed class SparkplugSession : IInbox, IPublishReceipts
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A connection that takes nothing for so long is as good as none.</summary>
    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(5);

    /// <summary>Births are large: nobody shall make us send them all the time.</summary>
    private static readonly TimeSpan BetweenBirths = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly IPublisher _publisher;
    private readonly PipelineClock _clock;
    private readonly SparkplugMetrics _metrics;
    private readonly SparkplugTopics _topics;
    private readonly BirthNumber _birthNumber;
    private readonly HostState _host = new();
    private readonly SparkplugPayload _payload = new();
    private readonly BackOff _backOff;
    private readonly IOutboxObserver? _observer;
    private readonly List<(string Topic, byte[] Payload)> _outgoing = [];
    private Timestamp _nextAttempt = Timestamp.MinValue;
    private Timestamp _nextBirth = Timestamp.MinValue;
    private int _sequence;
    private bool _connected;
    private bool _born;
    private bool _rebirth;
    private bool _outageTold;

    public SparkplugSession(
        IPublisher publisher, PipelineClock clock, SparkplugMetrics metrics, SparkplugOptions options, Random random,
        IOutboxObserver? observer)
    {
        _publisher = publisher;
        _clock = clock;
        _metrics = metrics;
        _topics = new SparkplugTopics(options);
        _birthNumber = new BirthNumber(options.StateFile);
        _backOff = new BackOff(TimeSpan.FromMilliseconds(100), options.BackOffMax, random);
        _observer = observer;
        string[] filters = _topics.HostState.Length == 0
            ? [_topics.NodeCommand]
            : [_topics.NodeCommand, _topics.HostState];
        (publisher as ICommandChannel)?.Listen(filters, this, retained: true);
    }

    /// <summary>Whether births have been published on the connection that stands.</summary>
    public bool IsBorn => Volatile.Read(ref _born);

    private bool MayPublish => _topics.HostState.Length == 0 || _host.IsOnline;

    /// <summary>Takes what a prediction changes.</summary>
    public void Take(Prediction prediction)
    {
        lock (_gate)
        {
            _metrics.Take(prediction);
        }

        if (IsBorn)
        {
            _publisher.Wake();
        }
    }

    /// <summary>Connects where it is time to, or else tells what is new and pumps once.</summary>
    /// <returns>When to call again.</returns>
    public Timestamp Step(TimeSpan longestPump, CancellationToken stopping)
    {
        Timestamp now = _clock.Now;
        if (!_connected && (now < _nextAttempt || !TryConnect(stopping)))
        {
            return _nextAttempt;
        }

        try
        {
            Tell();
            _publisher.Pump(longestPump, this);
        }
        catch (TransportException fault)
        {
            Lose(fault.Message);
        }

        return _connected ? _clock.Now : _nextAttempt;
    }

    /// <summary>Publishes the node's death; the connection is the owner's to close.</summary>
    public void Farewell()
    {
        if (!_connected || !_born)
        {
            return;
        }

        try
        {
            Die();
        }
        catch (TransportException)
        {
            // The will says the same.
        }
    }

    public void Received(InboundMessage message)
    {
        if (message.Topic == _topics.HostState)
        {
            _host.Take(message.Payload);
        }
        else if (message.Topic == _topics.NodeCommand && !message.IsRetained
            && message.Payload.Length <= SparkplugCommand.MaxPayload)
        {
            _rebirth |= SparkplugCommand.AsksForRebirth(message.Payload.Span);
        }
    }

    public void Acknowledged(long ticket, PublishOutcome outcome)
    {
        // Only deaths are acknowledged, and the will stands behind them.
    }

    private bool TryConnect(CancellationToken stopping)
    {
        try
        {
            _host.Forget();
            _publisher.Connect(Death(), ConnectTimeout, stopping);
        }
        catch (TransportException fault)
        {
            Lose(fault.Message);
            return false;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }

        // A connection that was not made keeps its number: its will is gone with it.
        _birthNumber.Advance();
        _connected = true;
        _rebirth = false;
        _outageTold = false;
        _nextBirth = Timestamp.MinValue;
        _observer?.Connected(_publisher.Target + " (Sparkplug)", 0);
        return true;
    }

    private void Lose(string reason)
    {
        _connected = false;
        Volatile.Write(ref _born, false);
        _nextAttempt = _clock.Now + _backOff.Next();
        if (!_outageTold)
        {
            _outageTold = true;
            _observer?.Disconnected(_publisher.Target + " (Sparkplug)", reason);
        }
    }

    private void Tell()
    {
        if (!MayPublish)
        {
            if (_born)
            {
                // The primary host is gone: die, and wait for it on another connection.
                Die();
                _backOff.Reset();
                Lose("the primary host is offline");
            }

            return;
        }

        Timestamp now = _clock.Now;
        lock (_gate)
        {
            _metrics.LookAtSensors(now);
            if (!_born || _rebirth)
            {
                GatherBirths(now);
            }
            else
            {
                GatherChanges(SparkplugMetrics.Milliseconds(now));
            }
        }

        foreach ((string topic, byte[] payload) in _outgoing)
        {
            Send(topic, payload, QualityOfService.AtMostOnce);
        }

        _outgoing.Clear();
    }

    private void GatherBirths(Timestamp now)
    {
        if (now < _nextBirth)
        {
            return;
        }

        _nextBirth = now + BetweenBirths;
        _rebirth = false;
        _backOff.Reset();
        long at = SparkplugMetrics.Milliseconds(now);
        _sequence = 0;
        _outgoing.Clear();
        _outgoing.Add((_topics.NodeBirth, _payload.Birth(_metrics.Node, at, NextSequence())));
        foreach (SparkplugDevice device in _metrics.Devices)
        {
            device.IsBorn = false;
            if (device.IsAlive)
            {
                Bear(device, at);
            }
        }

        Volatile.Write(ref _born, true);
    }

    private void GatherChanges(long at)
    {
        if (_metrics.Node.Exists(metric => metric.IsChanged))
        {
            _outgoing.Add((_topics.NodeData, _payload.Data(_metrics.Node, at, NextSequence())));
        }

        foreach (SparkplugDevice device in _metrics.Devices)
        {
            if (device.IsAlive && !device.IsBorn)
            {
                Bear(device, at);
            }
            else if (!device.IsAlive && device.IsBorn)
            {
                device.IsBorn = false;
                _outgoing.Add((_topics.DeviceDeath(device.Id), _payload.DeviceDeath(at, NextSequence())));
            }
            else if (device.IsBorn && device.IsChanged)
            {
                _outgoing.Add((_topics.DeviceData(device.Id), _payload.Data(device.Metrics, at, NextSequence())));
            }
        }
    }

    private void Bear(SparkplugDevice device, long at)
    {
        device.IsBorn = true;
        _outgoing.Add((_topics.DeviceBirth(device.Id), _payload.Birth(device.Metrics, at, NextSequence())));
    }

    private int NextSequence()
    {
        const int Count = 256;
        int sequence = _sequence;
        _sequence = (sequence + 1) % Count;
        return sequence;
    }

    /// <summary>The node's death, with the number of the connection that is to come.</summary>
    private PublishMessage Death()
    {
        long at = SparkplugMetrics.Milliseconds(_clock.Now);
        lock (_gate)
        {
            _metrics.BirthNumber.Set(_birthNumber.Next, at);
            _metrics.BirthNumber.IsChanged = false;
            return new PublishMessage(
                _topics.NodeDeath, _payload.NodeDeath(_metrics.BirthNumber, at), QualityOfService.AtLeastOnce, false,
                TimeSpan.Zero, "");
        }
    }

    private void Die()
    {
        Volatile.Write(ref _born, false);
        byte[] death;
        lock (_gate)
        {
            death = _payload.NodeDeath(_metrics.BirthNumber, SparkplugMetrics.Milliseconds(_clock.Now));
        }

        Send(_topics.NodeDeath, death, QualityOfService.AtLeastOnce);
        Timestamp end = _clock.Now + ConnectTimeout;
        while (_publisher.InFlight > 0 && _clock.Now < end)
        {
            _publisher.Pump(TimeSpan.FromMilliseconds(50), this);
        }
    }

    private void Send(string topic, byte[] payload, QualityOfService quality)
    {
        var message = new PublishMessage(topic, payload, quality, false, TimeSpan.Zero, "");
        Timestamp end = _clock.Now + LongestSend;
        while (_publisher.TryPublish(message, 1) == HandOver.Busy)
        {
            if (_clock.Now > end)
            {
                throw new TransportException($"{_publisher.Target} takes nothing any more; connecting anew.");
            }

            _publisher.Pump(TimeSpan.FromMilliseconds(20), this);
        }
    }
}
