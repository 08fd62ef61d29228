using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

/// <summary>The publisher of the tests keeps to the contract too.</summary>
public sealed class LoopbackPublisherTests : PublisherContract
{
    protected override IPublisherBench Open() => new Bench();

    private sealed class Bench : IPublisherBench
    {
        private readonly LoopbackBroker _broker = new();

        public Bench() => Publisher = new LoopbackPublisher(_broker, new ManualTimeProvider());

        public IPublisher Publisher { get; }

        public IReadOnlyList<ReceivedMessage> Received => _broker.Received;

        public void StopBroker() => _broker.Kill();

        public void BreakConnection() => _broker.DropConnections();

        public void WaitUntil(Func<bool> condition) => Assert.True(condition());

        public void Dispose() => Publisher.Dispose();
    }
}
