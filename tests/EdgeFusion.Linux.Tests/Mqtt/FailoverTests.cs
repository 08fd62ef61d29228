using System.Globalization;
using System.Text;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Testing.Publishing;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>Several real brokers, and several nodes that claim one name.</summary>
public sealed class FailoverTests : IDisposable
{
    private const int Count = 400;
    private static readonly NodeTopics Topics = new("n");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-failover-");

    [NeedsBrokerFact]
    public void The_broker_in_use_is_killed_and_the_next_one_gets_the_rest_and_can_fetch_what_died_with_it()
    {
        using var first = new TestBroker();
        using var second = new TestBroker();
        using var atFirst = new TestSubscriber(first.Port);
        using var atSecond = new TestSubscriber(second.Port);
        using var outbox = new Outbox(
            new FailoverPublisher([Publisher(first.Port, "n"), Publisher(second.Port, "n")]),
            new PipelineClock(TimeProvider.System), StatusMessages.Create(Topics, "n", 7, "0.1.0"),
            new OutboxOptions { Log = new OutboxLogOptions { Folder = Path.Combine(_folder.FullName, "log") } });
        Assert.True(outbox.ServeReplays(Topics));
        outbox.Start();
        long killed = 0;
        for (int i = 0; i < Count; i++)
        {
            Send(outbox, i);
            if (i == Count / 2)
            {
                Waiting.Until(() => Numbers(atFirst).Length > Count / 4, "the first broker got nothing");
                first.Kill();
                killed = Environment.TickCount64;
            }
        }

        Waiting.Until(() => Numbers(atSecond).Length > 0, "the second broker got nothing");
        long took = Environment.TickCount64 - killed;
        Waiting.Until(() => outbox.Counters.Waiting == 0, "messages stayed behind");
        int[] missing = [.. Enumerable.Range(0, Count).Except(Numbers(atFirst)).Except(Numbers(atSecond))];
        using var reader = new TestReader(Options(second.Port, "reader"), Topics.ReplayPrefix + "response/#");
        reader.Send(
            Topics.ReplayRequest, Encoding.UTF8.GetString(new ReplayRequest(7, 0, Count - 1, null).ToJson()),
            responseTopic: Topics.ReplayPrefix + "response/me");
        reader.PumpUntil(() => reader.Received.Count == Count + 1, "the replay did not come");

        // A broker that is killed takes along what it had acknowledged and not passed on: only the log has that.
        Assert.Subset(
            reader.Received.Take(Count).Select(
                message => int.Parse(Encoding.UTF8.GetString(message.Payload.Span), CultureInfo.InvariantCulture))
                .ToHashSet(),
            missing.ToHashSet());
        const int TwoSecondsOnABusyMachine = 5000;
        Assert.InRange(took, 0, TwoSecondsOnABusyMachine);
        Assert.InRange(Numbers(atFirst).Intersect(Numbers(atSecond)).Count(), 0, 20);
        Assert.Contains(second.Port.ToString(CultureInfo.InvariantCulture), outbox.Target, StringComparison.Ordinal);
        Assert.Contains(atSecond.Received, message => message.Topic == Topics.Status);
    }

    [NeedsNatsFact]
    public void The_node_of_a_cluster_that_is_in_use_is_killed_and_nothing_is_lost()
    {
        using var cluster = new NatsCluster(3);
        using var subscriber = new TestSubscriber(cluster.Ports[2], login: NatsCluster.Login);
        using var outbox = new Outbox(
            new FailoverPublisher(
            [
                new MosquittoPublisher(cluster.Options(0, "n")), new MosquittoPublisher(cluster.Options(1, "n")),
                new MosquittoPublisher(cluster.Options(2, "n")),
            ]),
            new PipelineClock(TimeProvider.System), StatusMessages.Create(Topics, "n", 7, "0.1.0"),
            new OutboxOptions { Log = new OutboxLogOptions { Folder = Path.Combine(_folder.FullName, "log") } });
        outbox.Start();
        for (int i = 0; i < Count; i++)
        {
            Send(outbox, i);
            if (i == Count / 2)
            {
                Waiting.Until(() => Numbers(subscriber).Length > Count / 4, "the cluster passed nothing on", 60);
                cluster.Kill(0);
            }
        }

        Waiting.Until(() => outbox.Counters.Waiting == 0, "messages stayed behind", 60);
        Waiting.Until(() => Numbers(subscriber).Distinct().Count() == Count, "messages were lost in the cluster", 60);

        Assert.Equal(0, outbox.Counters.EvictedRefused);
        Assert.True(outbox.Counters.Reconnects > 0);
    }

    [NeedsBrokerFact]
    public void Two_nodes_with_one_identifier_are_told_so()
    {
        using var broker = new TestBroker();
        using var one = new MosquittoPublisher(Options(broker.Port, "twin"));
        using var other = new MosquittoPublisher(Options(broker.Port, "twin"));
        string complaint = "";
        for (int i = 0; i < 3; i++)
        {
            one.Connect(null, TimeSpan.FromSeconds(5), default);
            other.Connect(null, TimeSpan.FromSeconds(5), default);
            complaint = Assert.Throws<TransportException>(() => PumpFor(one)).Message;
        }

        Assert.Contains("another client uses the identifier 'twin'", complaint, StringComparison.OrdinalIgnoreCase);
    }

    [NeedsBrokerFact]
    public void One_broken_connection_is_no_reason_to_suspect_another_client()
    {
        using var broker = new TestBroker();
        using var publisher = new MosquittoPublisher(Options(broker.Port, "single"));
        publisher.Connect(null, TimeSpan.FromSeconds(5), default);
        broker.Kill();

        var fault = Assert.Throws<TransportException>(() => PumpFor(publisher));

        Assert.DoesNotContain("identifier", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static int[] Numbers(TestSubscriber subscriber) =>
    [
        .. subscriber.Received.Where(message => message.Topic.Contains("/prediction/", StringComparison.Ordinal))
            .Select(message => int.Parse(message.Payload, CultureInfo.InvariantCulture)),
    ];

    private static void PumpFor(MosquittoPublisher publisher)
    {
        long end = Environment.TickCount64 + 10_000;
        while (Environment.TickCount64 < end)
        {
            publisher.Pump(TimeSpan.FromMilliseconds(50), new NoReceipts());
        }
    }

    private static void Send(Outbox outbox, int number) => outbox.Enqueue(new PublishMessage(
        Topics.Prediction("p"), Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
        QualityOfService.AtLeastOnce, false, TimeSpan.FromSeconds(60), PublishMessage.Json)
    {
        Key = new MessageKey(7, number),
    });

    private static BrokerOptions Options(int port, string client) =>
        new() { Host = "127.0.0.1", Port = port, ClientId = client };

    private static MosquittoPublisher Publisher(int port, string client) => new(Options(port, client));

    private sealed class NoReceipts : IPublishReceipts
    {
        public void Acknowledged(long ticket, PublishOutcome outcome)
        {
            // Nobody waits for it here.
        }
    }
}
