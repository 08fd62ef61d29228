using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A client that listens and sends, pumped by the test.</summary>
internal sealed class TestReader : IInbox, IPublishReceipts, IDisposable
{
    private readonly MosquittoPublisher _client;
    private readonly List<PublishOutcome> _outcomes = [];

    public TestReader(BrokerOptions options, params string[] filters)
    {
        _client = new MosquittoPublisher(options);
        if (filters.Length > 0)
        {
            _client.Listen(filters, this, retained: true);
        }

        _client.Connect(null, TimeSpan.FromSeconds(10), default);
    }

    public List<InboundMessage> Received { get; } = [];

    /// <summary>What came and was too large.</summary>
    public long Overrun => _client.Overrun;

    /// <summary>Sends a message and waits for the broker's word on it.</summary>
    public PublishOutcome Send(string topic, string payload, bool retain = false, string? responseTopic = null)
    {
        int before = _outcomes.Count;
        _client.TryPublish(
            new PublishMessage(
                topic, System.Text.Encoding.UTF8.GetBytes(payload), QualityOfService.AtLeastOnce, retain,
                TimeSpan.Zero, PublishMessage.Json)
            { ResponseTopic = responseTopic },
            before + 1);
        PumpUntil(() => _outcomes.Count > before, "no answer to a message");
        return _outcomes[^1];
    }

    public void PumpUntil(Func<bool> condition, string otherwise) => Waiting.Until(
        () =>
        {
            _client.Pump(TimeSpan.FromMilliseconds(20), this);
            return condition();
        },
        otherwise);

    public void Acknowledged(long ticket, PublishOutcome outcome) => _outcomes.Add(outcome);

    void IInbox.Received(InboundMessage message) => Received.Add(message);

    public void Dispose() => _client.Dispose();
}
