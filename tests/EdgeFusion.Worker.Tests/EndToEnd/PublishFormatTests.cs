using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeFusion.Linux.Mqtt;
using EdgeFusion.Publishing;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Subscribing;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Encodings and policies over a real broker, with the reference subscriber as the judge.</summary>
public sealed class PublishFormatTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Scratch _scratch = new();

    public PublishFormatTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [NeedsProgramFact("mosquitto")]
    public async Task A_replay_in_cbor_publishes_the_same_decisions_again_and_the_subscriber_finds_nothing_missing()
    {
        using LocalBroker broker = LocalBroker.StartPrivate(default);
        Assert.Equal(0, (await CommandRun.RunAsync(
            "simulate", "--seed", "5", "--episodes", "1", "--to", _scratch["cell.mcap"])).Code);
        await File.WriteAllTextAsync(_scratch["worker.json"], """
            {
              "Sensors": { "wrist": { "Adapter": "simulator" } },
              "Mqtt": { "Format": "cbor", "Heads": {
                "colour": { "Policy": "on_change", "Threshold": 0.2, "MaxIntervalMs": 2000 },
                "*": { "Policy": "events", "Threshold": 0.6 }
              } }
            }
            """);

        (DeliveryReport report, string[] first) = await ReplayAsync(broker);
        (DeliveryReport again, string[] second) = await ReplayAsync(broker);

        Assert.True(report.IsValid && report.Declared == 0 && report.Suppressed > 100, report.ToString());
        Assert.Equal((report.Received, report.Suppressed), (again.Received, again.Suppressed));
        Assert.Equal(first.Select(Decision).Order(), second.Select(Decision).Order());
        var schema = new JsonSchemaSubset(File.ReadAllText(
            Path.Combine(Repository.Root, "deploy/mqtt/schema/prediction.schema.json")));
        Assert.All(first, line => Assert.True(schema.Accepts(line), line));
    }

    private static string Decision(string line)
    {
        JsonElement json = JsonDocument.Parse(line).RootElement;
        return $"{json.GetProperty("head")} {json.GetProperty("seq")} {json.GetProperty("publication")} "
            + json.GetProperty("window");
    }

    private async Task<(DeliveryReport Report, string[] Lines)> ReplayAsync(LocalBroker broker)
    {
        var lines = new List<string>();
        using var transport = new MosquittoPublisher(
            new BrokerOptions { Host = broker.Host, Port = broker.Port, ClientId = "format-test" });
        var session = new SubscriberSession(
            transport, new SubscriberOptions { Id = "format-test", Node = "formats" },
            payload => lines.Add(Encoding.UTF8.GetString(payload.Span)));
        using var stop = new CancellationTokenSource(Patience);
        Task listening = Task.Run(() => session.Run(stop.Token), CancellationToken.None);
        while (!transport.IsConnected)
        {
            await Task.Delay(20, stop.Token);
        }

        (int code, string output, string error) = await CommandRun.RunAsync(
            "replay", _scratch["cell.mcap"], "--model", "workcell", "--config", _scratch["worker.json"], "--node",
            "formats", "--publish", string.Create(CultureInfo.InvariantCulture, $"{broker.Host}:{broker.Port}"));
        Assert.True(code == 0, output + error);

        // All has been acknowledged; what is still on its way here comes in order.
        long received = -1;
        while (session.Tracker.Report.Received is var now && (now != received || now == 0))
        {
            received = now;
            await Task.Delay(500, stop.Token);
        }

        await stop.CancelAsync();
        await listening;
        return (session.Tracker.Report, [.. lines]);
    }
}
