using System.Text;
using EdgeFusion.Publishing;

namespace EdgeFusion.Testing.Publishing;

/// <summary>A publisher without a network, in manual time: waiting moves the time on.</summary>
public sealed class LoopbackPublisher(LoopbackBroker broker, ManualTimeProvider time, int window = 20)
    : IPublisher, ICommandChannel
{
    private readonly Queue<(long Ticket, PublishOutcome Outcome)> _answers = new();
    private readonly Queue<InboundMessage> _inbound = new();
    private IInbox? _inbox;
    private PublishMessage? _will;
    private int _generation = -1;
    private bool _connected;
    private int _wakes;

    /// <inheritdoc/>
    public string Target => "loopback";

    /// <inheritdoc/>
    public bool IsConnected => _connected;

    /// <inheritdoc/>
    public int InFlight { get; private set; }

    /// <inheritdoc/>
    public string? Refusal => "not authorized (0x87)";

    /// <inheritdoc/>
    public long Overrun => 0;

    /// <inheritdoc/>
    public string? Unsubscribed => null;

    /// <summary>What it was asked to receive.</summary>
    public IReadOnlyList<string> Filters { get; private set; } = [];

    /// <summary>Connection attempts so far.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Runs inside each hand-over, for races.</summary>
    public Action? DuringPublish { get; set; }

    /// <summary>Sees each message that is handed over; its payload during the call only.</summary>
    public Action<PublishMessage>? OnPublish { get; set; }

    /// <inheritdoc/>
    public void Listen(IReadOnlyList<string> filters, IInbox inbox, bool retained)
    {
        Filters = filters;
        _inbox = inbox;
    }

    /// <summary>Something comes from the broker; passed on in the next <see cref="Pump"/>.</summary>
    public void Say(InboundMessage message) => _inbound.Enqueue(message);

    /// <inheritdoc/>
    public void Connect(PublishMessage? will, TimeSpan timeout, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        Attempts++;
        _answers.Clear();
        InFlight = 0;
        if (!broker.IsUp)
        {
            throw new TransportException("loopback: connection refused; start the broker");
        }

        if (broker.IsHung)
        {
            time.Advance(timeout);
            throw new TransportException("loopback: no answer in time");
        }

        _will = will;
        _generation = broker.Generation;
        _connected = true;
    }

    /// <inheritdoc/>
    public HandOver TryPublish(in PublishMessage message, long ticket)
    {
        CheckConnection();
        DuringPublish?.Invoke();
        OnPublish?.Invoke(message);
        if (message.Topic.Contains('#', StringComparison.Ordinal))
        {
            return HandOver.Refused;
        }

        if (broker.IsHung && InFlight > 0)
        {
            return HandOver.Busy;
        }

        if (message.Quality == QualityOfService.AtLeastOnce)
        {
            if (InFlight >= window)
            {
                return HandOver.Busy;
            }

            InFlight++;
        }

        bool refused = message.Topic == broker.RefusedTopic;
        if (!refused && !broker.IsHung)
        {
            broker.Take(Received(message));
        }

        if (message.Quality == QualityOfService.AtLeastOnce && !broker.IsHung)
        {
            PublishOutcome heard = broker.HasSubscribers ? PublishOutcome.Accepted : PublishOutcome.Unheard;
            _answers.Enqueue((ticket, refused ? PublishOutcome.Refused : heard));
        }

        return HandOver.Taken;
    }

    /// <inheritdoc/>
    public void Pump(TimeSpan wait, IPublishReceipts receipts)
    {
        CheckConnection();
        bool woken = Interlocked.Exchange(ref _wakes, 0) > 0 || _inbound.Count > 0;
        while (_inbound.TryDequeue(out InboundMessage? message))
        {
            _inbox?.Received(message);
        }

        if (_answers.Count == 0 && !woken)
        {
            time.Advance(wait);
        }

        while (!broker.IsHung && _answers.TryDequeue(out (long Ticket, PublishOutcome Outcome) answer))
        {
            InFlight--;
            receipts.Acknowledged(answer.Ticket, answer.Outcome);
        }
    }

    /// <inheritdoc/>
    public void Wake() => Interlocked.Increment(ref _wakes);

    /// <inheritdoc/>
    public void Disconnect() => _connected = false;

    /// <inheritdoc/>
    public void Dispose()
    {
        IsDisposed = true;
        _connected = false;
    }

    private static ReceivedMessage Received(in PublishMessage message) => new(
        message.Topic, Encoding.UTF8.GetString(message.Payload.Span), message.Quality, message.Retain, message.Expiry);

    private void CheckConnection()
    {
        if (!_connected)
        {
            throw new TransportException("loopback: not connected");
        }

        if (_generation != broker.Generation)
        {
            _connected = false;
            if (broker.IsUp && _will is { } will)
            {
                broker.Take(Received(will));
            }

            throw new TransportException("loopback: connection lost");
        }
    }
}
