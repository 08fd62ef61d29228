using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing.Publishing;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>A real broker, a real subscriber, and our publisher behind a relay that can be cut.</summary>
internal sealed class MosquittoBench : IPublisherBench
{
    private readonly TcpRelay _relay;
    private readonly TestSubscriber _subscriber;

    public MosquittoBench()
    {
        Broker = new TestBroker();
        try
        {
            _subscriber = new TestSubscriber(Broker.Port);
        }
        catch
        {
            Broker.Dispose();
            throw;
        }

        _relay = new TcpRelay(Broker.Port);
        Publisher = new MosquittoPublisher(new BrokerOptions
        {
            Host = "127.0.0.1",
            Port = _relay.Port,
            ClientId = "bench",
        });
    }

    public TestBroker Broker { get; }

    public IPublisher Publisher { get; }

    public IReadOnlyList<ReceivedMessage> Received => _subscriber.Received;

    public TestSubscriber Subscriber => _subscriber;

    public void StopBroker()
    {
        _relay.Dispose();
        Broker.Kill();
    }

    public void BreakConnection() => _relay.Cut();

    public void WaitUntil(Func<bool> condition) => Waiting.Until(condition, "it did not come to pass");

    public void Dispose()
    {
        Publisher.Dispose();
        _relay.Dispose();
        _subscriber.Dispose();
        Broker.Dispose();
    }
}
