using System.Text;
using System.Text.Json;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing.Contract;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Contract;
using EdgeFusion.Worker.Tests.EndToEnd;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Contract;

/// <summary>What a node says keeps to the contract that it prints; judged by the tools of others.</summary>
public sealed class ContractTests : IDisposable
{
    private const string Answer = "edgefusion/test/cmd/response/me";

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [NeedsContractToolsFact]
    public async Task Every_message_of_a_run_keeps_to_the_document_that_the_program_prints()
    {
        await WriteDocument();
        using var rig = new ContractRig();
        using var tap = new WireTap(rig.Broker.Port);
        rig.Start(3);
        string epoch = rig.Session.Epoch.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        rig.Restart();
        rig.Start(3);
        Command(rig, "label_start", """{"head":"colour","label":"red"}""");
        Command(rig, "label_start", """{"head":"colour","label":"green","correlation":"c1"}""");
        Command(rig, "label_stop", """{"head":"colour"}""");
        Command(rig, "label_stop", """{"head":"colour"}""");
        Command(rig, "context", """{"name":"behaviour","label":"shake"}""");
        Command(rig, "tare", """{"sensor":"wrist"}""");
        Command(rig, "tare", """{"sensor":"arm"}""");
        Command(rig, "black_box", """{"reason":"a test"}""");
        Command(rig, "reload", "{}");
        rig.Say(
            "edgefusion/test/replay/request", $$"""{"epoch":"{{epoch}}","from_seq":0,"to_seq":1}""",
            "edgefusion/test/replay/response/me");
        tap.WaitFor("/cmd/response/me", 9);
        tap.WaitFor("/replay/response/me", 2 * 2 + 1);
        tap.WaitFor("/heartbeat", 2);
        rig.Session.Dispose();
        tap.WaitFor("/status", 4);
        tap.Save(_scratch["messages.jsonl"]);

        (string[] faults, Dictionary<string, int> seen) =
            ContractCheck.Run(_scratch["asyncapi.json"], _scratch["messages.jsonl"]);

        Assert.True(faults.Length == 0, string.Join('\n', faults));
        string[] expected =
        [
            "status", "info", "heartbeat", "gaps", "sensor", "prediction", "replayRequest", "replayAnswer",
            "commandAnswer", "command-label-start", "command-tare", "command-context",
        ];
        Assert.All(expected, name => Assert.Contains(name, seen.Keys));
        AssertAnswers(tap.On("/cmd/response/me"));
        AssertLabels(rig["second.mcap"]);
        Assert.Equal("shake", rig.Session.Context.Get("behaviour"));
    }

    [NeedsContractToolsFact]
    public async Task A_message_that_does_not_keep_to_the_document_is_found()
    {
        await WriteDocument();
        string[] bad =
        [
            """{"topic":"edgefusion/n/status","qos":1,"retain":1,"payload":"{\"state\":\"happy\"}","expiry":null}""",
            """{"topic":"edgefusion/n/nonsense","qos":1,"retain":1,"payload":"{}","expiry":null}""",
            """{"topic":"edgefusion/n/heartbeat","qos":1,"retain":1,"payload":"{}","expiry":null}""",
        ];
        await File.WriteAllLinesAsync(_scratch["messages.jsonl"], bad);

        (string[] faults, _) = ContractCheck.Run(_scratch["asyncapi.json"], _scratch["messages.jsonl"]);

        Assert.Equal(4, faults.Length);
    }

    [Fact]
    public async Task The_document_of_a_configured_node_names_its_topics_heads_sensors_and_commands_only()
    {
        await File.WriteAllTextAsync(_scratch["edgefusion.json"], """
            {
              "Node": "press-7",
              "Sensors": { "wrist": { "Adapter": "simulator" } },
              "Commands": { "Allow": ["tare"] }
            }
            """);
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

        (int code, string document, string error) = await CommandRun.RunAsync(
            "asyncapi", "--config", _scratch["edgefusion.json"]);

        Assert.True(code == 0, error);
        JsonElement channels = JsonDocument.Parse(document).RootElement.GetProperty("channels");
        Assert.Equal("edgefusion/press-7/status", Address(channels, "status"));
        Assert.Equal("edgefusion/press-7/cmd/tare", Address(channels, "command-tare"));
        Assert.False(channels.TryGetProperty("command-reload", out _));
        Assert.Equal("wrist", channels.GetProperty("sensor").GetProperty("parameters").GetProperty("sensor")
            .GetProperty("enum")[0].GetString());
    }

    [Fact]
    public void The_shipped_schemas_of_commands_are_those_that_the_code_makes()
    {
        foreach (CommandVerb verb in CommandVerb.All)
        {
            string name = $"command-{verb.Name.Replace('_', '-')}.schema.json";
            string shipped = File.ReadAllText(Path.Combine(Repository.Root, "deploy/mqtt/schema", name));

            Assert.True(
                JsonElement.DeepEquals(
                    JsonDocument.Parse(shipped).RootElement,
                    JsonDocument.Parse(PayloadSchemas.OfCommand(verb).ToJsonString()).RootElement),
                $"{name} differs: {PayloadSchemas.OfCommand(verb).ToJsonString()}");
        }
    }

    private static string Address(JsonElement channels, string name) =>
        channels.GetProperty(name).GetProperty("address").GetString()!;

    private static void Command(ContractRig rig, string verb, string payload) =>
        rig.Say("edgefusion/test/cmd/" + verb, payload, Answer);

    private static void AssertAnswers(List<JsonElement> messages)
    {
        string[] answers = [.. messages.Select(message =>
        {
            JsonElement answer = JsonDocument.Parse(message.GetProperty("payload").GetString()!).RootElement;
            return $"{answer.GetProperty("command").GetString()}: "
                + (answer.GetProperty("error").GetString() ?? "done");
        })];
        Assert.Equal(
            [
                "label_start: done", "label_start: done", "label_stop: done",
                "label_stop: no label of 'colour' is open", "context: done", "tare: done",
                "tare: The sensor 'arm' measures no forces: its zero is not free.",
                "black_box: there is no black box: set Recording:BlackBox:Folder",
                "reload: this node has no configuration file to read again",
            ],
            answers);
    }

    private static void AssertLabels(string recording)
    {
        using var file = McapIndexedReader.Open(recording, Recordings.ReadOptions());
        var labels = new List<string>();
        foreach (McapMessage message in file.ReadMessages(new McapMessageFilter { Topics = [RecordingTopics.Labels] }))
        {
            JsonElement label = JsonDocument.Parse(Encoding.UTF8.GetString(message.Data)).RootElement;
            if (label.GetProperty("head").GetString() == "colour")
            {
                labels.Add(label.GetProperty("label").GetString()!);
            }
        }

        Assert.Equal(["red", "green"], labels);
    }

    private async Task WriteDocument()
    {
        (int code, _, string error) = await CommandRun.RunAsync("asyncapi", "--out", _scratch["asyncapi.json"]);
        Assert.True(code == 0, error);
    }
}
