using System.Text;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Testing.Inference;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.EndToEnd;

public sealed class LiveContextTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public LiveContextTests() => PartsModel.WriteTo(_scratch["parts"]);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task What_the_model_was_told_and_what_was_explained_replays_byte_for_byte()
    {
        string recording = _scratch["live.mcap"];
        byte[][] live = RunLive(recording);

        (int code, _, string error) = await CommandRun.RunAsync(
            "replay", recording, "--model", _scratch["parts"], "--out", _scratch["replay.jsonl"]);

        Assert.True(code == 0, error);
        string[] replayed = await File.ReadAllLinesAsync(_scratch["replay.jsonl"]);
        Assert.Equal(live.Select(line => Encoding.UTF8.GetString(line)), replayed);
        string[] told = ["\"behaviour\":\"grasp\"", "\"behaviour\":\"shake\"", "\"behaviour\":null"];
        Assert.All(told, text => Assert.Contains(
            replayed, line => line.Contains(text, StringComparison.Ordinal)));
        Assert.Contains(replayed, line => line.Contains("\"contributions\":{\"force\":", StringComparison.Ordinal));

        // Where decisions are taken afresh the labels of the recording tell the model the same.
        await CommandRun.RunAsync(
            "replay", recording, "--model", _scratch["parts"], "--out", _scratch["afresh.jsonl"], "--cuts",
            "recompute");
        string[] afresh = await File.ReadAllLinesAsync(_scratch["afresh.jsonl"]);
        Dictionary<string, string> before = replayed.ToDictionary(Window, Context);
        Assert.All(afresh.Where(line => before.ContainsKey(Window(line))), line =>
            Assert.Equal(before[Window(line)], Context(line)));
    }

    [Fact]
    public void Context_that_the_model_does_not_have_is_refused_with_all_faults()
    {
        WorkerOptions options = Options(_scratch["x.mcap"]) with
        {
            Context = new Dictionary<string, string> { ["behaviour"] = "dance", ["mood"] = "good" },
        };

        ConfigurationException fault = Assert.Throws<ConfigurationException>(
            () => new LiveSession(options, new LogObserver(NullLogger.Instance)));

        Assert.Contains("- Context:behaviour: 'dance' is unknown; there are grasp, pick", fault.Message,
            StringComparison.Ordinal);
        Assert.Contains("- Context:mood: the model 'parts' has no such context; it has behaviour", fault.Message,
            StringComparison.Ordinal);
    }

    private static string Window(string line) => line.Split("\"index\":")[1].Split(',')[0];

    private static string Context(string line) => line.Split("\"context\":")[1].Split('}')[0];

    private byte[][] RunLive(string recording)
    {
        using var session = new LiveSession(Options(recording), new LogObserver(NullLogger.Instance));
        var collected = new CollectingSink(session.Pipeline.Manifest);
        session.Pipeline.AddSink(collected);
        session.Start();
        collected.WaitFor(8, TimeSpan.FromSeconds(60));
        Assert.Null(session.Context.TrySet([new("behaviour", "shake")]));
        collected.WaitFor(16, TimeSpan.FromSeconds(60));
        Assert.Null(session.Context.TrySet([new("behaviour", null)]));
        collected.WaitFor(22, TimeSpan.FromSeconds(60));

        // The joints come at 100 Hz, the wrench five times as often: it is settled first and encoded meanwhile.
        Assert.True(((SplitEngine)session.Engine).PreparedEncoderRuns > 0);
        session.Dispose();
        return collected.Lines();
    }

    private WorkerOptions Options(string recording) => new()
    {
        Node = "test",
        Model = new ModelOptions { Name = _scratch["parts"], Providers = ["cpu"] },
        Mqtt = new MqttOptions { Adapter = "none" },
        Recording = new RecordingOptions { File = recording },
        Simulator = new SimulatorOptions { Seed = 3 },
        Context = new Dictionary<string, string> { ["behaviour"] = "grasp" },
        Explain = new ExplainOptions { Every = 2 },
        Sensors = new[] { "wrist", "arm" }
            .ToDictionary(name => name, _ => new SensorOptions { Adapter = "simulator" }),
    };
}
