using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Publishing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Publishing;

public sealed class FailoverPublisherTests
{
    [Fact]
    public void The_broker_in_use_dies_and_nothing_is_lost()
    {
        var time = new ManualTimeProvider();
        LoopbackBroker[] brokers = [new LoopbackBroker(), new LoopbackBroker(), new LoopbackBroker()];
        var publisher = new FailoverPublisher([.. brokers.Select(broker => new LoopbackPublisher(broker, time))]);
        var clock = new PipelineClock(time);
        using var outbox = new Outbox(
            publisher, clock, OutboxBench.Status, new OutboxOptions(), null, new Random(1));
        for (int i = 0; i < 300; i++)
        {
            outbox.Enqueue(OutboxBench.Message(i));
            Timestamp next = outbox.Step(TimeSpan.FromMilliseconds(10));
            if (next > clock.Now)
            {
                time.Advance(next - clock.Now);
            }

            if (i is 100 or 200)
            {
                brokers[(i / 100) - 1].Kill();
            }
        }

        for (int i = 0; i < 100; i++)
        {
            Timestamp next = outbox.Step(TimeSpan.FromMilliseconds(10));
            time.Advance(next > clock.Now ? next - clock.Now : TimeSpan.Zero);
        }

        Assert.Equal(
            Enumerable.Range(0, 300).Select(i => $"{i}"),
            brokers.SelectMany(broker => broker.On("p")).Distinct());
        Assert.All(brokers, broker => Assert.NotEmpty(broker.On("p")));
        Assert.Equal("online", brokers[2].Retained("status"));
    }

    [Fact]
    public void A_broker_that_breaks_off_but_is_there_is_kept()
    {
        var time = new ManualTimeProvider();
        LoopbackBroker[] brokers = [new LoopbackBroker(), new LoopbackBroker()];
        using var publisher = new FailoverPublisher(
            [.. brokers.Select(broker => new LoopbackPublisher(broker, time))]);
        publisher.Connect(null, TimeSpan.FromSeconds(1), default);
        brokers[0].DropConnections();
        Assert.Throws<TransportException>(() => publisher.TryPublish(OutboxBench.Message(1), 1));

        publisher.Connect(null, TimeSpan.FromSeconds(1), default);
        publisher.TryPublish(OutboxBench.Message(2), 2);

        Assert.Equal(["2"], brokers[0].On("p"));
    }
}
