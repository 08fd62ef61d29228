using System.Diagnostics;
using EdgeFusion.Publishing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Doctor;

/// <summary>Connects to the broker as the worker would, publishes a message, receives it, and hangs up.</summary>
internal static class BrokerChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EchoPatience = TimeSpan.FromSeconds(1);

    public static IEnumerable<Finding> Run(WorkerOptions options, CancellationToken stopping)
    {
        string where = $"{options.Mqtt.Host}:{options.Mqtt.Port}";
        Finding finding;
        try
        {
            // A client id of its own, so that a running worker is not thrown out.
            WorkerOptions mine = options with
            {
                Mqtt = options.Mqtt with { ClientId = $"edgefusion-doctor-{Environment.ProcessId}" },
            };
            using IPublisher? publisher = Adapters.Publisher(mine);
            finding = publisher is null
                ? Finding.Ok("broker", "none is configured: nothing is published")
                : Try(publisher, where, new NodeTopics(options.Node).Status + "/doctor", stopping);
        }
        catch (ConfigurationException fault)
        {
            finding = Finding.Fail("broker", fault.Message, "correct the Mqtt section of the configuration");
        }
        catch (TransportException fault)
        {
            finding = Finding.Fail(
                "broker", $"{where}: {fault.Message}",
                "start a broker there (apt-get install mosquitto), or correct Mqtt:Host, Mqtt:Port and credentials; "
                + "the worker runs without and delivers later");
        }

        yield return finding;
    }

    private static Finding Try(IPublisher publisher, string where, string topic, CancellationToken stopping)
    {
        var echo = new Echo();
        (publisher as ICommandChannel)?.Listen([topic], echo, retained: false);
        publisher.Connect(null, Patience, stopping);

        // Subscribed before it publishes: the broker answers in order.
        long begin = Stopwatch.GetTimestamp();
        publisher.Pump(TimeSpan.FromMilliseconds(50), echo);
        var message = new PublishMessage(
            topic, "{}"u8.ToArray(), QualityOfService.AtLeastOnce, Retain: false, TimeSpan.FromSeconds(5),
            PublishMessage.Json);
        publisher.TryPublish(message, ticket: 1);
        while (!echo.IsComplete(publisher is ICommandChannel) && Stopwatch.GetElapsedTime(begin) < EchoPatience)
        {
            publisher.Pump(TimeSpan.FromMilliseconds(20), echo);
        }

        publisher.Disconnect();
        return (echo.Outcome, echo.Came, publisher is ICommandChannel) switch
        {
            (PublishOutcome.Refused, _, _) => Finding.Fail(
                "broker", $"{where} refuses a message on {topic}", "let this user write edgefusion/NODE/#"),
            (null, _, _) => Finding.Warn(
                "broker", $"{where} answers, but acknowledged no message within {EchoPatience.TotalSeconds:F0} s",
                "look at the broker's log and load"),
            (_, false, true) => Finding.Warn(
                "broker", $"{where} takes messages; none came back",
                "to receive requests for replays this user must be allowed to read edgefusion/NODE/#"),
            _ => Finding.Ok("broker", echo.Came ? $"{where}: published and received" : $"{where}: published"),
        };
    }

    private sealed class Echo : IInbox, IPublishReceipts
    {
        public PublishOutcome? Outcome { get; private set; }

        public bool Came { get; private set; }

        public bool IsComplete(bool listens) => Outcome == PublishOutcome.Refused
            || (Outcome is not null && (Came || !listens));

        public void Received(InboundMessage message) => Came = true;

        public void Acknowledged(long ticket, PublishOutcome outcome) => Outcome = outcome;
    }
}
