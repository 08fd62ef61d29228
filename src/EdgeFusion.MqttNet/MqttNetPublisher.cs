using EdgeFusion.Publishing;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Packets;

namespace EdgeFusion.MqttNet;

/// <summary>Publishes over MQTT 5 (where the broker is older: 3.1.1) with MQTTnet; the package twin of the
/// publisher on libmosquitto.</summary>
/// <remarks>
/// <para>Each <see cref="Connect"/> is a new client and a clean session without expiry: what was not acknowledged is
/// the outbox's to repeat.</para>
/// <para><b>Threading.</b> As <see cref="IPublisher"/> says. MQTTnet works on the thread pool; its answers are passed
/// on in <see cref="Pump"/>, in the order of the messages. It allocates for each message.</para>
/// </remarks>
public sealed class MqttNetPublisher : IPublisher, ICommandChannel
{
    /// <summary>A broken connection is noticed that soon, even where nobody wakes us.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly BrokerOptions _options;
    private readonly List<MqttUserProperty> _userProperties;
    private readonly Queue<(Task<MqttClientPublishResult> Answer, long Ticket)> _flight = new();
    private readonly TopicAliases _aliases = new();
    private readonly object _gate = new();
    private MqttNetInbox? _inbox;
    private IMqttClient? _client;
    private MqttClientConnectResult _broker = new();
    private Task? _unacknowledged;
    private int _limit;
    private bool _isOld;
    private bool _refusedAsTooNew;
    private bool _woken;
    private string? _ending;

    /// <summary>Creates a publisher; nothing is opened yet.</summary>
    /// <exception cref="ConfigurationException">The options are wrong.</exception>
    public MqttNetPublisher(BrokerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        Target = options.Target;
        _userProperties = MqttNetMapping.UserProperties(options);
    }

    /// <inheritdoc/>
    public string Target { get; }

    /// <inheritdoc/>
    public bool IsConnected => _client is { IsConnected: true } && Volatile.Read(ref _ending) is null;

    /// <inheritdoc/>
    public int InFlight => _flight.Count;

    /// <inheritdoc/>
    public string? Refusal { get; private set; }

    /// <inheritdoc/>
    public string? Unsubscribed { get; private set; }

    /// <inheritdoc/>
    public long Overrun => _inbox?.Overrun ?? 0;

    /// <inheritdoc/>
    public void Listen(IReadOnlyList<string> filters, IInbox inbox, bool retained)
    {
        ArgumentNullException.ThrowIfNull(filters);
        ArgumentNullException.ThrowIfNull(inbox);
        _inbox = new MqttNetInbox(filters, inbox, retained, Wake);
    }

    /// <inheritdoc/>
    public void Connect(PublishMessage? will, TimeSpan timeout, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        Close();
        try
        {
            Open(will, timeout, stopping);
        }
        catch (TransportException) when (_refusedAsTooNew && !_isOld)
        {
            // An older broker: the same topics, without properties, for as long as this publisher lives.
            _isOld = true;
            Open(will, timeout, stopping);
        }
    }

    /// <inheritdoc/>
    public HandOver TryPublish(in PublishMessage message, long ticket)
    {
        IMqttClient client = Alive();
        bool acknowledged = message.Quality == QualityOfService.AtLeastOnce;
        if (acknowledged ? _flight.Count >= _limit : _unacknowledged is { IsCompleted: false })
        {
            return HandOver.Busy;
        }

        MqttApplicationMessage packet = MqttNetMapping.Message(message, _userProperties, _isOld);
        int alias = _aliases.Find(message, out bool isKnown);
        packet.TopicAlias = (ushort)alias;
        packet.Topic = isKnown ? "" : message.Topic;
        if (MqttNetMapping.Obstacle(packet, _broker, _isOld) is { } obstacle)
        {
            Refusal = obstacle;
            return HandOver.Refused;
        }

        try
        {
            Task<MqttClientPublishResult> answer = client.PublishAsync(packet, CancellationToken.None);
            Watch(answer);
            if (alias > 0 && !isKnown)
            {
                _aliases.Learn(message.Topic);
            }

            if (acknowledged)
            {
                _flight.Enqueue((answer, ticket));
            }
            else
            {
                _unacknowledged = answer;
            }

            return HandOver.Taken;
        }
        catch (MqttProtocolViolationException fault)
        {
            Refusal = fault.Message;
            return HandOver.Refused;
        }
        catch (MqttCommunicationException fault)
        {
            throw Lost(fault);
        }
    }

    /// <inheritdoc/>
    public void Pump(TimeSpan wait, IPublishReceipts receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        try
        {
            Alive();
            lock (_gate)
            {
                if (!_woken)
                {
                    Monitor.Wait(_gate, wait < LongestWait ? wait : LongestWait);
                }

                _woken = false;
            }
        }
        finally
        {
            Deliver(receipts);
            _inbox?.Deliver();
        }

        if (_flight.TryPeek(out var oldest) && oldest.Answer.IsCompleted)
        {
            throw Lost(oldest.Answer.Exception?.GetBaseException());
        }

        if (_unacknowledged is { IsFaulted: true } failed)
        {
            throw Lost(failed.Exception!.GetBaseException());
        }

        Alive();
    }

    /// <inheritdoc/>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <inheritdoc/>
    public void Disconnect()
    {
        if (IsConnected)
        {
            IMqttClient client = _client!;
            _client = null;

            // DISCONNECT leaves during the call unless the socket is full; the rest of the end may take its time.
            var limit = new CancellationTokenSource(GoodbyeTimeout);
            client.DisconnectAsync(new MqttClientDisconnectOptions(), limit.Token).ContinueWith(
                done =>
                {
                    // A failure means that the connection is gone already, which is as good.
                    _ = done.Exception;
                    client.Dispose();
                    limit.Dispose();
                },
                TaskScheduler.Default);
        }

        Close();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void Open(PublishMessage? will, TimeSpan timeout, CancellationToken stopping)
    {
        MqttClientOptions options = MqttNetMapping.Connection(_options, _userProperties, will, timeout, _isOld);
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.DisconnectedAsync += end => Ended(client, end);
        if (_inbox is { } inbox)
        {
            client.ApplicationMessageReceivedAsync += inbox.Take;
        }

        try
        {
            _broker = MqttNetHandshake.Greet(client, options, Target, ref _refusedAsTooNew, timeout, stopping);
            _aliases.Reset(_broker.TopicAliasMaximum);
            Refusal = null;
            Unsubscribed = _inbox is null
                ? null
                : MqttNetHandshake.Subscribe(client, _inbox.Subscription(_isOld), Target, timeout, stopping);
            int most = _broker.ReceiveMaximum is { } named and > 0 ? named : ushort.MaxValue;
            _limit = Math.Min(_options.SendMaximum, most);
            lock (_gate)
            {
                _ending = null;
                _client = client;
            }
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Wakes the pump at the answer; also looks at its exception, so that none goes unobserved.</summary>
    private void Watch(Task<MqttClientPublishResult> answer) => answer.ContinueWith(
        static (done, self) =>
        {
            _ = done.Exception;
            ((MqttNetPublisher)self!).Wake();
        },
        this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Passes on the answers that there are, oldest first; stops at one that failed with the connection.
    /// </summary>
    private void Deliver(IPublishReceipts receipts)
    {
        while (_flight.TryPeek(out var oldest) && oldest.Answer.IsCompleted)
        {
            PublishOutcome outcome;
            if (oldest.Answer.IsCompletedSuccessfully)
            {
                outcome = Judge(oldest.Answer.Result);
            }
            else if (oldest.Answer.Exception?.GetBaseException() is MqttProtocolViolationException)
            {
                // It could not be put into a packet, and never will be.
                outcome = PublishOutcome.Refused;
            }
            else
            {
                return;
            }

            _flight.Dequeue();
            receipts.Acknowledged(oldest.Ticket, outcome);
        }
    }

    private PublishOutcome Judge(MqttClientPublishResult answer)
    {
        switch (answer.ReasonCode)
        {
            case >= MqttClientPublishReasonCode.UnspecifiedError:
                Refusal = MqttNetMapping.Reason(
                    answer.ReasonCode.ToString(), (int)answer.ReasonCode, answer.ReasonString);
                return PublishOutcome.Refused;
            case MqttClientPublishReasonCode.NoMatchingSubscribers:
                return PublishOutcome.Unheard;
            default:
                return PublishOutcome.Accepted;
        }
    }

    private Task Ended(IMqttClient client, MqttClientDisconnectedEventArgs end)
    {
        lock (_gate)
        {
            if (ReferenceEquals(client, _client))
            {
                _ending ??= end switch
                {
                    { Reason: >= MqttClientDisconnectReason.UnspecifiedError } =>
                        Describe(
                            MqttNetMapping.Reason(end.Reason.ToString(), (int)end.Reason, end.ReasonString),
                            end.Reason),
                    { Exception: { } fault } => Describe(fault.GetBaseException().Message, end.Reason),
                    _ => Describe("the broker closed the connection", end.Reason),
                };
            }
        }

        Wake();
        return Task.CompletedTask;
    }

    private string Describe(string why, MqttClientDisconnectReason reason) =>
        $"The connection to {Target} broke off: {why.TrimEnd('.')}. "
        + (reason == MqttClientDisconnectReason.SessionTakenOver
            ? $"Another client uses the identifier '{_options.ClientId}'; give each node a name of its own."
            : "It is tried again.");

    private TransportException Lost(Exception? fault)
    {
        lock (_gate)
        {
            _ending ??= Describe(fault?.Message ?? "the broker closed the connection", default);
            return new TransportException(_ending, fault);
        }
    }

    private IMqttClient Alive() => _client switch
    {
        null => throw new TransportException($"{Target} is not connected. Call Connect first."),
        { IsConnected: true } client when Volatile.Read(ref _ending) is null => client,
        _ => throw Lost(null),
    };

    private void Close()
    {
        IMqttClient? old = _client;
        lock (_gate)
        {
            _client = null;
            _ending = null;
        }

        old?.Dispose();
        _unacknowledged = null;
        _flight.Clear();
    }
}
