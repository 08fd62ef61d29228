using System.Globalization;
using System.Text;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>The files under deploy/mosquitto do what they promise, on a real broker.</summary>
public sealed class ShippedBrokerTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    [NeedsBrokerFact]
    public void A_node_writes_below_its_own_name_and_nowhere_else()
    {
        using var broker = new ShippedBroker(_authority);
        using var reader = new TestReader(broker.Options("dashboard"), "edgefusion/#");
        using var node = new TestReader(broker.Options("cell"));

        Assert.Equal(PublishOutcome.Accepted, node.Send("edgefusion/cell/prediction/p", "1"));
        Assert.Equal(PublishOutcome.Refused, node.Send("edgefusion/other/prediction/p", "2"));
        Assert.Equal(PublishOutcome.Refused, node.Send("factory/stop", "3"));
        Assert.Equal(PublishOutcome.Accepted, node.Send("edgefusion/cell/prediction/p", "4"));
        reader.PumpUntil(() => reader.Received.Count == 2, "the node's messages did not come");

        Assert.All(reader.Received, message => Assert.Equal("edgefusion/cell/prediction/p", message.Topic));
    }

    [NeedsBrokerFact]
    public void A_reader_may_ask_for_replays_and_say_nothing_else()
    {
        using var broker = new ShippedBroker(_authority);
        using var node = new TestReader(broker.Options("cell"), "edgefusion/cell/replay/request");
        using var reader = new TestReader(broker.Options("dashboard"));

        Assert.Equal(PublishOutcome.Refused, reader.Send("edgefusion/cell/prediction/p", "1"));
        Assert.Equal(PublishOutcome.Refused, reader.Send("edgefusion/cell/cmd/stop", "2"));
        Assert.Equal(PublishOutcome.Accepted, reader.Send("edgefusion/cell/replay/request", "3"));
        node.PumpUntil(() => node.Received.Count == 1, "the request did not come");
    }

    [NeedsBrokerFact]
    public void Only_the_operator_gives_commands_and_only_the_node_hears_and_answers_them()
    {
        using var broker = new ShippedBroker(_authority);
        using var node = new TestReader(broker.Options("cell"), "edgefusion/cell/cmd/+");
        using var operated = new TestReader(broker.Options("operator"), "edgefusion/cell/cmd/response/#");
        using var reader = new TestReader(broker.Options("dashboard"));

        Assert.Equal(PublishOutcome.Refused, reader.Send("edgefusion/cell/cmd/tare", "1"));
        Assert.Equal(PublishOutcome.Refused, node.Send("edgefusion/cell/cmd/tare", "2"));
        Assert.Equal(PublishOutcome.Accepted, operated.Send("edgefusion/cell/cmd/tare", "3"));
        node.PumpUntil(() => node.Received.Count == 1, "the command did not come");
        Assert.Equal(PublishOutcome.Accepted, node.Send("edgefusion/cell/cmd/response/me", "4"));
        operated.PumpUntil(() => operated.Received.Count == 1, "the answer did not come");

        Assert.Equal("3", Text(node.Received[0]));
    }

    [NeedsBrokerFact]
    public void Without_a_password_nobody_gets_in()
    {
        using var broker = new ShippedBroker(_authority);

        Assert.Throws<TransportException>(() => new TestReader(broker.Options(null)));
    }

    [NeedsBrokerFact]
    public void Retained_state_outlives_the_broker()
    {
        using var broker = new ShippedBroker(_authority);
        using (var node = new TestReader(broker.Options("cell")))
        {
            node.Send("edgefusion/cell/status", "online", retain: true);
        }

        broker.Stop();
        broker.Start();
        using var reader = new TestReader(broker.Options("dashboard"), "edgefusion/+/status");

        reader.PumpUntil(() => reader.Received.Count == 1, "the broker has forgotten the status");
    }

    [NeedsBrokerFact]
    public void Over_the_bridge_a_site_gets_a_robots_predictions_and_their_replay()
    {
        using var site = new ShippedBroker(_authority);
        using var robot = new ShippedBroker(_authority, site);
        using var reader = new TestReader(
            site.Options("dashboard"), "edgefusion/cell/prediction/#", "edgefusion/cell/replay/response/#",
            "edgefusion/cell/bridge");
        reader.PumpUntil(
            () => reader.Received.Exists(message => Text(message) == "1"), "the bridge did not come up");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-test-bridge-");
        using (Outbox outbox = Start(robot, folder.FullName))
        {
            Send(outbox, 20);
            reader.PumpUntil(() => On(reader, "prediction") == 20, "the predictions did not pass the bridge");

            reader.Send(
                "edgefusion/cell/replay/request",
                Encoding.UTF8.GetString(new ReplayRequest(7, 5, 9, null).ToJson()),
                responseTopic: "edgefusion/cell/replay/response/me");
            reader.PumpUntil(() => On(reader, "replay") == 6, "the replay did not pass the bridge");
        }

        folder.Delete(recursive: true);
    }

    public void Dispose() => _authority.Dispose();

    private static int On(TestReader reader, string part) =>
        reader.Received.Count(message => message.Topic.Split('/')[2] == part);

    private static string Text(InboundMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    private static void Send(Outbox outbox, int count)
    {
        for (int i = 0; i < count; i++)
        {
            outbox.Enqueue(new PublishMessage(
                "edgefusion/cell/prediction/p", Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)),
                QualityOfService.AtLeastOnce, false, TimeSpan.FromSeconds(60), PublishMessage.Json)
            {
                Key = new MessageKey(7, i),
            });
        }
    }

    private static Outbox Start(ShippedBroker broker, string folder)
    {
        var topics = new NodeTopics("cell");
        var outbox = new Outbox(
            new MosquittoPublisher(broker.Options("cell")), new PipelineClock(TimeProvider.System),
            StatusMessages.Create(topics, "cell", 7, "0.1.0"),
            new OutboxOptions { Log = new OutboxLogOptions { Folder = folder } });
        Assert.True(outbox.ServeReplays(topics));
        outbox.Start();
        return outbox;
    }
}
