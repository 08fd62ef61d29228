using System.Diagnostics;
using System.Globalization;
using System.Text;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>Requests for a range over a real broker, made with the broker's own tools.</summary>
public sealed class ReplayOverMosquittoTests : IDisposable
{
    private const string Request = "edgefusion/n/replay/request";
    private const string Answer = "edgefusion/n/replay/response/me";
    private static readonly NodeTopics Topics = new("n");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-replay-");

    [NeedsBrokerFact]
    public void A_range_comes_to_the_response_topic_with_the_correlation_and_an_end()
    {
        using var broker = new TestBroker();
        using var subscriber = new TestSubscriber(broker.Port, Answer);
        using Outbox outbox = Start(broker.Port);
        Send(outbox, 50);
        Waiting.Until(() => outbox.Counters.Published >= 50 && outbox.Counters.Waiting == 0, "nothing was sent");

        Ask(broker, Answer, Wish(10, 19));
        Waiting.Until(() => subscriber.Received.Count == 11, "the range did not come");

        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"{i}"), subscriber.Received.Take(10).Select(m => m.Payload));
        Assert.Contains("\"sent\":10", subscriber.Received[10].Payload, StringComparison.Ordinal);
        Assert.All(subscriber.Lines, line => Assert.Equal(
            "corr", line.GetProperty("properties").GetProperty("correlation-data").GetString()));
        Assert.Equal(0, outbox.RejectedRequests);
    }

    [NeedsBrokerFact]
    public void Nobody_can_have_the_node_write_elsewhere_or_ask_for_nonsense()
    {
        using var broker = new TestBroker();
        using var subscriber = new TestSubscriber(broker.Port);
        using Outbox outbox = Start(broker.Port);
        Send(outbox, 50);
        Waiting.Until(() => outbox.Counters.Waiting == 0, "nothing was sent");
        int before = subscriber.Received.Count(message => message.Topic != Request);

        Ask(broker, "factory/stop", Wish(0, 9));
        Ask(broker, "edgefusion/other/replay/response", Wish(0, 9));
        Ask(broker, Request, Wish(0, 9));
        Ask(broker, Answer, "{}");
        Ask(broker, Answer, "not json");
        Ask(broker, Answer, Wish(9, 0));
        Ask(broker, Answer, "{\"epoch\":\"0000000000000007\",\"from_seq\":0,\"to_seq\":9,\"exec\":\"sh\"}");
        Ask(broker, Answer, Wish(0, 9) + new string(' ', 5000));
        Ask(broker, null, Wish(0, 9));
        Waiting.Until(() => outbox.RejectedRequests == 9, "not all were refused");

        Assert.Equal(before, subscriber.Received.Count(message => message.Topic != Request));
        Assert.Equal(0, outbox.Counters.Replayed);
    }

    [NeedsBrokerFact]
    public void A_request_that_the_broker_has_kept_is_not_served()
    {
        using var broker = new TestBroker();
        Ask(broker, Answer, Wish(0, 9), "-r");
        using var subscriber = new TestSubscriber(broker.Port, Answer);
        using Outbox outbox = Start(broker.Port);
        Send(outbox, 20);
        Waiting.Until(() => outbox.Counters.Published >= 20 && outbox.Counters.Waiting == 0, "nothing was sent");
        Ask(broker, Answer, Wish(5, 5));
        Waiting.Until(() => subscriber.Received.Count >= 2, "the second request was not served");

        Assert.Equal("5", subscriber.Received[0].Payload);
        Assert.Equal(2, subscriber.Received.Count);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Wish(long from, long to) =>
        Encoding.UTF8.GetString(new ReplayRequest(7, from, to, null).ToJson());

    private static void Ask(TestBroker broker, string? responseTopic, string payload, params string[] more)
    {
        string[] response = responseTopic is null ? [] : ["-D", "publish", "response-topic", responseTopic];
        using var process = Process.Start(new ProcessStartInfo("mosquitto_pub",
        [
            "-V", "5", "-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-q", "1",
            "-t", Request, "-m", payload, "-D", "publish", "correlation-data", "corr", .. response, .. more,
        ])
        { UseShellExecute = false })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void Send(Outbox outbox, int count)
    {
        for (int i = 0; i < count; i++)
        {
            outbox.Enqueue(new PublishMessage(
                "edgefusion/n/prediction/p", Encoding.UTF8.GetBytes($"{i}"), QualityOfService.AtLeastOnce, false,
                TimeSpan.FromSeconds(60), PublishMessage.Json)
            {
                Key = new MessageKey(7, i),
            });
        }
    }

    private Outbox Start(int port)
    {
        var outbox = new Outbox(
            new MosquittoPublisher(new BrokerOptions { Host = "127.0.0.1", Port = port, ClientId = "replay-test" }),
            new PipelineClock(TimeProvider.System), StatusMessages.Create(Topics, "n", 7, "0.1.0"),
            new OutboxOptions { Log = new OutboxLogOptions { Folder = Path.Combine(_folder.FullName, "log") } });
        Assert.True(outbox.ServeReplays(Topics));
        outbox.Start();
        Waiting.Until(() => outbox.IsConnected, "no connection");
        return outbox;
    }
}
