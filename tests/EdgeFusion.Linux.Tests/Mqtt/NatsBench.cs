using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing.Publishing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A nats-server, a subscriber, and our publisher behind a relay that can be cut.</summary>
internal sealed class NatsBench : IPublisherBench
{
    private readonly NatsCluster _cluster = new(1);
    private readonly TcpRelay _relay;
    private readonly TestSubscriber _subscriber;

    public NatsBench()
    {
        try
        {
            _subscriber = new TestSubscriber(_cluster.Ports[0], login: NatsCluster.Login);
        }
        catch
        {
            _cluster.Dispose();
            throw;
        }

        _relay = new TcpRelay(_cluster.Ports[0]);
        Publisher = new MosquittoPublisher(_cluster.Options(0, "bench") with { Port = _relay.Port });
    }

    public IPublisher Publisher { get; }

    /// <summary>Without the server's own messages, which pass under $ and which "#" does not keep out here.</summary>
    public IReadOnlyList<ReceivedMessage> Received =>
        [.. _subscriber.Received.Where(message => !message.Topic.StartsWith('$'))];

    public void StopBroker()
    {
        _relay.Dispose();
        _cluster.Kill(0);
    }

    public void BreakConnection() => _relay.Cut();

    public void WaitUntil(Func<bool> condition) => Waiting.Until(condition, "it did not come to pass");

    public void Dispose()
    {
        Publisher.Dispose();
        _relay.Dispose();
        _subscriber.Dispose();
        _cluster.Dispose();
    }
}
