using System.Globalization;
using System.Text;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>Outbox, libmosquitto and a real broker together, on the wall clock.</summary>
public sealed class OutboxOverMosquittoTests
{
    private static readonly StatusMessages Status = StatusMessages.Create(new NodeTopics("n"), "n", 7, "0.1.0");

    [NeedsBrokerFact]
    public void Broker_restart_resumes_within_two_seconds_and_the_counters_add_up()
    {
        using var broker = new TestBroker();
        var before = new TestSubscriber(broker.Port);
        using Outbox outbox = Start(broker.Port);
        Send(outbox, 0, 50);
        Waiting.Until(() => Predictions(before).Count == 50, "the first messages did not come");

        broker.Kill();
        before.Dispose();
        Waiting.Until(() => !outbox.IsConnected, "the loss was not noticed");
        Send(outbox, 50, 150);
        AssertAddsUp(outbox.Counters);
        broker.Start();
        long back = Environment.TickCount64;
        Waiting.Until(() => outbox.IsConnected && outbox.Counters.Waiting == 0, "no reconnection");
        long took = Environment.TickCount64 - back;

        Assert.InRange(took, 0, 2000);
        Assert.Equal(1, outbox.Counters.Reconnects);
        Assert.Equal(0, outbox.Counters.Evicted);
        // 200 predictions, and the status once per connection.
        Assert.Equal(202, outbox.Counters.Published);
        Assert.Equal(202, outbox.Counters.Acknowledged);
        AssertAddsUp(outbox.Counters);
        using var late = new TestSubscriber(broker.Port);
        Waiting.Until(() => late.Received.Count > 0, "the restarted broker has no status");
        Assert.Contains("online", Assert.Single(late.Received).Payload, StringComparison.Ordinal);
    }

    [NeedsBrokerFact]
    public void Broker_absent_at_start_is_waited_for()
    {
        using var broker = new TestBroker(start: false);
        using Outbox outbox = Start(broker.Port, new OutboxOptions { MaxMessages = 100 });
        Send(outbox, 0, 1000);
        Assert.Equal(901, outbox.Counters.EvictedFull);

        broker.Start();
        using var subscriber = new TestSubscriber(broker.Port);
        Waiting.Until(() => outbox.Counters.Waiting == 0, "nothing was sent");

        // 99 predictions and the status fill the hundred places.
        Assert.Equal(100, outbox.Counters.Published);
        AssertAddsUp(outbox.Counters);
    }

    [NeedsBrokerFact]
    public void Backlog_arrives_oldest_first_without_holes()
    {
        // By default the broker queues 1000 messages per subscriber and silently drops what comes beyond, which a slow
        // subscriber on a busy machine runs into.
        using var broker = new TestBroker("allow_anonymous true\nmax_queued_messages 100000\n");
        using var subscriber = new TestSubscriber(broker.Port);
        using Outbox outbox = Start(broker.Port);

        Send(outbox, 0, 2000);
        Waiting.Until(() => Predictions(subscriber).Count == 2000, "not all came");

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), Predictions(subscriber));
        Assert.Equal(0, outbox.Counters.Unheard);
    }

    [NeedsBrokerFact]
    public void Nobody_listening_is_counted_as_unheard()
    {
        using var broker = new TestBroker();
        using Outbox outbox = Start(broker.Port);

        Send(outbox, 0, 10);
        Waiting.Until(() => outbox.Counters.Waiting == 0, "nothing was sent");

        Assert.InRange(outbox.Counters.Unheard, 10, 11);
    }

    [NeedsBrokerFact]
    public void Hung_broker_blocks_neither_enqueue_nor_stop()
    {
        using var broker = new TestBroker();
        using Outbox outbox = Start(broker.Port);
        Waiting.Until(() => outbox.IsConnected, "no connection");
        broker.Signal("STOP");
        byte[] big = new byte[64 * 1024];

        long begin = Environment.TickCount64;
        for (int i = 0; i < 1000; i++)
        {
            outbox.Enqueue(new PublishMessage(
                "p", big, QualityOfService.AtLeastOnce, false, TimeSpan.Zero, PublishMessage.Json));
        }

        long enqueued = Environment.TickCount64 - begin;
        begin = Environment.TickCount64;
        bool ended = outbox.Stop();
        long stopped = Environment.TickCount64 - begin;
        broker.Signal("CONT");

        Assert.True(ended);
        Assert.InRange(enqueued, 0, 2000);
        Assert.InRange(stopped, 0, 2000);
        Assert.True(outbox.Counters.EvictedFull > 0);
        AssertAddsUp(outbox.Counters);
    }

    [NeedsBrokerFact]
    public void Clean_stop_leaves_stopped_and_a_lost_connection_leaves_lost()
    {
        using var broker = new TestBroker();
        using (Outbox outbox = Start(broker.Port))
        {
            Waiting.Until(() => outbox.IsConnected, "no connection");
        }

        Assert.Contains("stopped", RetainedStatus(broker), StringComparison.Ordinal);

        using var relay = new TcpRelay(broker.Port);
        using Outbox second = Start(relay.Port);
        Waiting.Until(() => second.Counters.Acknowledged > 0, "no connection");
        relay.Dispose();

        Waiting.Until(
            () => RetainedStatus(broker).Contains("lost", StringComparison.Ordinal), "the will was not published");
    }

    private static string RetainedStatus(TestBroker broker)
    {
        using var subscriber = new TestSubscriber(broker.Port, "edgefusion/n/status");
        Waiting.Until(() => subscriber.Received.Count > 0, "there is no status");
        Assert.True(subscriber.Received[0].Retain);
        return subscriber.Received[0].Payload;
    }

    private static Outbox Start(int port, OutboxOptions? options = null)
    {
        var publisher = new MosquittoPublisher(new BrokerOptions
        {
            Host = "127.0.0.1",
            Port = port,
            ClientId = "outbox-test",
        });
        var outbox = new Outbox(publisher, new PipelineClock(TimeProvider.System), Status, options);
        outbox.Start();
        return outbox;
    }

    private static void Send(Outbox outbox, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            byte[] payload = Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture));
            outbox.Enqueue(new PublishMessage(
                "p", payload, QualityOfService.AtLeastOnce, false, TimeSpan.FromSeconds(60), PublishMessage.Json));
        }
    }

    private static IReadOnlyList<string> Predictions(TestSubscriber subscriber) =>
        subscriber.Received.Where(message => message.Topic == "p").Select(message => message.Payload).ToArray();

    private static void AssertAddsUp(OutboxCounters counters) =>
        Assert.Equal(counters.Enqueued, counters.Published + counters.Evicted + counters.Waiting);
}
