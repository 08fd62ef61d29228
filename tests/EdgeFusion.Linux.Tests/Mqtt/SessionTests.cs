using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>Limits that client and broker tell each other, and what is said where they are met.</summary>
public sealed class SessionTests : IDisposable
{
    private static readonly NodeTopics Topics = new("n");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-session-");

    [NeedsBrokerFact]
    public void Predictions_carry_their_epoch_and_number_beside_the_payload()
    {
        using var broker = new TestBroker();
        using var subscriber = new TestSubscriber(broker.Port, Topics.Prediction("p"));
        using Outbox outbox = Start(Options(broker.Port));

        Send(outbox, 0, 1);
        Waiting.Until(() => subscriber.Lines.Count == 1, "nothing came");

        string properties = subscriber.Lines[0].GetProperty("properties").GetRawText();
        Assert.Contains("\"epoch\":\"0000000000000007\"", properties, StringComparison.Ordinal);
        Assert.Contains("\"seq\":\"0\"", properties, StringComparison.Ordinal);
    }

    [NeedsBrokerFact]
    public void Topics_are_shortened_to_numbers_and_arrive_whole_also_after_a_reconnection()
    {
        using var broker = new TestBroker("allow_anonymous true\nmax_topic_alias 2\n");
        using var relay = new TcpRelay(broker.Port);
        using Outbox outbox = Start(Options(relay.Port));
        string[] topics = [.. Enumerable.Range(0, 4).Select(i => Topics.Prediction(new string('h', 50) + i))];
        using var subscriber = new TestSubscriber(broker.Port, "edgefusion/n/prediction/#");

        for (int i = 0; i < 40; i++)
        {
            Send(outbox, i, 1, topics[i % 4]);
        }

        Waiting.Until(() => outbox.Counters.Waiting == 0, "not all was sent");
        relay.Cut();
        Waiting.Until(() => outbox.Counters.Reconnects == 1, "no reconnection");
        for (int i = 40; i < 80; i++)
        {
            Send(outbox, i, 1, topics[i % 4]);
        }

        Waiting.Until(() => subscriber.Received.DistinctBy(m => m.Payload).Count() == 80, "not all came");

        Assert.All(subscriber.Received, message => Assert.Equal(
            topics[int.Parse(message.Payload, CultureInfo.InvariantCulture) % 4], message.Topic));
    }

    [NeedsBrokerFact]
    public void What_the_broker_takes_to_the_byte_is_sent_and_one_byte_more_is_counted_said_and_harms_nobody()
    {
        using var broker = new TestBroker("allow_anonymous true\nmax_packet_size 1000\nmax_topic_alias 0\n");
        using var subscriber = new TestSubscriber(broker.Port, Topics.Prediction("p"));
        var observer = new Observer();
        using Outbox outbox = Start(Options(broker.Port), observer);

        // Header; topic, identifier, length of properties; format, expiry, content type, epoch, seq of one digit.
        const int Overhead = 3 + (2 + 25 + 2 + 1) + (2 + 5 + 19 + 26 + 9);

        // More than the flight window has places: a message kept by mistake would close it.
        for (int i = 0; i < 30; i++)
        {
            Send(outbox, i % 10, 1, payloadBytes: 1000 - Overhead + 1 + (i % 3));
        }

        Send(outbox, 5, 1, payloadBytes: 1000 - Overhead);
        Waiting.Until(() => outbox.Counters.Waiting == 0, "something is stuck");
        Waiting.Until(() => subscriber.Received.Count == 1, "the largest that fits did not come");

        Assert.Equal(30, outbox.Counters.EvictedRefused);
        string said = Assert.Single(observer.Refusals);
        Assert.Contains("1001 bytes on the wire, and the broker takes 1000 at most", said, StringComparison.Ordinal);
        Assert.True(outbox.IsConnected);
        Assert.Equal(0, outbox.Counters.Reconnects);
    }

    [NeedsBrokerFact]
    public void A_topic_that_the_access_list_forbids_is_said_with_the_reason_code()
    {
        using var broker = new TestBroker(start: false);
        string list = Path.Combine(broker.FolderPath, "acl");
        File.WriteAllText(list, "topic readwrite edgefusion/n/status\n");
        broker.Configure($"allow_anonymous true\nuser root\nacl_file {list}\n");
        broker.Start();
        var observer = new Observer();
        using Outbox outbox = Start(Options(broker.Port), observer);

        Send(outbox, 0, 3);
        Waiting.Until(() => outbox.Counters.EvictedRefused == 3, "the refusals were not counted");

        Assert.Contains("(0x87)", Assert.Single(observer.Refusals), StringComparison.Ordinal);
        Assert.StartsWith(Topics.Prediction("p"), observer.Refusals[0], StringComparison.Ordinal);
        Assert.True(outbox.IsConnected);
    }

    [NeedsBrokerFact]
    public void The_broker_is_asked_to_send_nothing_larger_than_the_inbox_takes()
    {
        using var broker = new TestBroker();
        using var reader = new TestReader(Options(broker.Port, "reader"), "a/#");
        using var other = new TestReader(Options(broker.Port, "other"));

        other.Send("a/large", new string('x', BrokerOptions.MaxInboundBytes));
        other.Send("a/small", "x");
        reader.PumpUntil(() => reader.Received.Count > 0, "the small message did not come");

        Assert.Equal("a/small", Assert.Single(reader.Received).Topic);
        Assert.Equal(0, reader.Overrun);
    }

    [NeedsNatsFact]
    public void Over_MQTT_3_1_1_the_response_topic_stands_in_the_request_of_a_replay_and_of_a_command()
    {
        using var cluster = new NatsCluster(1);
        using var reader = new TestReader(
            cluster.Options(0, "reader"), Topics.ReplayPrefix + "response/me", Topics.CommandResponses + "me");
        using Outbox outbox = Start(cluster.Options(0, "n"));
        Send(outbox, 0, 20);
        Waiting.Until(() => outbox.Counters.Waiting == 0, "nothing was sent", 60);

        reader.Send(Topics.ReplayRequest, Encoding.UTF8.GetString(new ReplayRequest(7, 5, 9, null)
        {
            ResponseTopic = Topics.ReplayPrefix + "response/me",
            Correlation = "c1",
        }.ToJson()));
        reader.PumpUntil(() => reader.Received.Count == 6, "the replay did not come");
        reader.Send(
            Topics.Command("tare"),
            $$"""{"sensor":"wrist","response_topic":"{{Topics.CommandResponses}}me","correlation":"c2"}""");
        reader.PumpUntil(() => reader.Received.Count == 7, "the command was not answered");

        Assert.Equal(["5", "6", "7", "8", "9"], reader.Received.Take(5).Select(Text));
        Assert.Equal("c1", Field(reader.Received[5], "correlation"));
        Assert.Equal("c2", Field(reader.Received[6], "correlation"));
        Assert.Equal("tare", Field(reader.Received[6], "command"));
    }

    [NeedsNatsFact]
    public void A_command_that_an_older_broker_has_kept_is_ignored()
    {
        using var cluster = new NatsCluster(1);
        using var reader = new TestReader(cluster.Options(0, "reader"));
        reader.Send(Topics.Command("tare"), """{"sensor":"old"}""", retain: true);
        using Outbox outbox = Start(cluster.Options(0, "n"));

        reader.Send(Topics.Command("tare"), """{"sensor":"new"}""");
        Waiting.Until(() => outbox.Commands!.Value.Received == 2, "the commands did not come");
        Waiting.Until(() => outbox.Commands!.Value.Done == 1, "the new command was not carried out");

        Assert.Equal(1, outbox.Commands!.Value.Refused);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Text(InboundMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    private static string? Field(InboundMessage message, string name) =>
        JsonDocument.Parse(message.Payload).RootElement.GetProperty(name).GetString();

    private static BrokerOptions Options(int port, string client = "n") => new()
    {
        Host = "127.0.0.1",
        Port = port,
        ClientId = client,
    };

    private static void Send(Outbox outbox, int from, int count, string? topic = null, int payloadBytes = 0)
    {
        for (int i = from; i < from + count; i++)
        {
            string text = i.ToString(CultureInfo.InvariantCulture).PadRight(payloadBytes);
            outbox.Enqueue(new PublishMessage(
                topic ?? Topics.Prediction("p"), Encoding.UTF8.GetBytes(text), QualityOfService.AtLeastOnce, false,
                TimeSpan.FromSeconds(60), PublishMessage.Json)
            {
                Key = new MessageKey(7, i),
            });
        }
    }

    private Outbox Start(BrokerOptions options, Observer? observer = null)
    {
        var outbox = new Outbox(
            new MosquittoPublisher(options), new PipelineClock(TimeProvider.System),
            StatusMessages.Create(Topics, "n", 7, "0.1.0"),
            new OutboxOptions { Log = new OutboxLogOptions { Folder = Path.Combine(_folder.FullName, "log") } },
            observer);
        Assert.True(outbox.ServeReplays(Topics));
        Assert.True(outbox.ServeCommands(Topics, new CommandOptions { Allow = ["tare"] }, new Handler()));
        outbox.Start();
        Waiting.Until(() => outbox.IsConnected, "no connection", 60);
        return outbox;
    }

    private sealed class Handler : ICommandHandler
    {
        public string? Execute(CommandVerb verb, IReadOnlyDictionary<string, string> fields) => null;
    }

    private sealed class Observer : IOutboxObserver
    {
        public List<string> Refusals { get; } = [];

        public void Refused(string topic, string reason) => Refusals.Add($"{topic}: {reason}");

        public void Connected(string target, long waiting)
        {
        }

        public void Disconnected(string target, string reason)
        {
        }

        public void Overflowing(long waiting)
        {
        }

        public void OverflowEnded(long dropped)
        {
        }

        public void Recovered(OutboxRecovery recovery)
        {
        }

        public void StorageChanged(string? problem)
        {
        }
    }
}
