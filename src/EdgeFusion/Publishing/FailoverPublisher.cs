namespace EdgeFusion.Publishing;

/// <summary>Several brokers in order: where one does not answer, the next attempt goes to the next.</summary>
/// <remarks>One attempt per <see cref="Connect"/>, so that the outbox's pauses hold. After a broken connection the same
/// broker is tried first: it is the one that subscribers know. <b>Threading.</b> As <see cref="IPublisher"/> says.
/// <b>Ownership.</b> Owns the publishers.</remarks>
public sealed class FailoverPublisher : IPublisher, ICommandChannel
{
    private readonly IPublisher[] _brokers;
    private volatile int _present;

    /// <summary>Takes over publishers, in order of preference.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public FailoverPublisher(IReadOnlyList<IPublisher> brokers)
    {
        ArgumentNullException.ThrowIfNull(brokers);
        ArgumentOutOfRangeException.ThrowIfZero(brokers.Count);
        _brokers = [.. brokers];
    }

    /// <inheritdoc/>
    public string Target => Present.Target;

    /// <inheritdoc/>
    public bool IsConnected => Present.IsConnected;

    /// <inheritdoc/>
    public int InFlight => Present.InFlight;

    /// <inheritdoc/>
    public string? Refusal => Present.Refusal;

    /// <inheritdoc/>
    public string? Unsubscribed => (Present as ICommandChannel)?.Unsubscribed;

    /// <inheritdoc/>
    public long Overrun
    {
        get
        {
            long sum = 0;
            foreach (IPublisher broker in _brokers)
            {
                sum += (broker as ICommandChannel)?.Overrun ?? 0;
            }

            return sum;
        }
    }

    private IPublisher Present => _brokers[_present];

    /// <inheritdoc/>
    public void Connect(PublishMessage? will, TimeSpan timeout, CancellationToken stopping)
    {
        try
        {
            Present.Connect(will, timeout, stopping);
        }
        catch (TransportException)
        {
            _present = (_present + 1) % _brokers.Length;
            throw;
        }
    }

    /// <inheritdoc/>
    public HandOver TryPublish(in PublishMessage message, long ticket) => Present.TryPublish(message, ticket);

    /// <inheritdoc/>
    public void Pump(TimeSpan wait, IPublishReceipts receipts) => Present.Pump(wait, receipts);

    /// <inheritdoc/>
    public void Wake() => Present.Wake();

    /// <inheritdoc/>
    public void Disconnect() => Present.Disconnect();

    /// <inheritdoc/>
    public void Listen(IReadOnlyList<string> filters, IInbox inbox, bool retained)
    {
        foreach (IPublisher broker in _brokers)
        {
            (broker as ICommandChannel)?.Listen(filters, inbox, retained);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IPublisher broker in _brokers)
        {
            broker.Dispose();
        }
    }
}
