using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Tests.House;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The promise that matters most: the same recording gives the same predictions, byte for byte.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public ReplayTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task One_two_and_eight_threads_give_the_same_bytes()
    {
        await Good("simulate", "--seed", "5", "--episodes", "1", "--to", _scratch["cell.mcap"]);
        byte[]? first = null;
        foreach (string threads in new[] { "1", "2", "8" })
        {
            string target = _scratch[threads + ".jsonl"];

            await Good(
                "replay", _scratch["cell.mcap"], "--model", "workcell", "--threads", threads, "--explain", "7",
                "--out", target);

            byte[] bytes = await File.ReadAllBytesAsync(target);
            first ??= bytes;
            Assert.Equal(first, bytes);
        }

        Assert.True(File.ReadLines(_scratch["1.jsonl"]).Count() > 100);
        Assert.Contains(
            File.ReadLines(_scratch["1.jsonl"]),
            line => line.Contains("\"contributions\":{\"camera\":", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_difference_from_what_is_expected_is_shown_and_ends_with_code_3()
    {
        await Good("simulate", "--seed", "6", "--episodes", "1", "--to", _scratch["cell.mcap"]);
        await Good("replay", _scratch["cell.mcap"], "--model", "workcell", "--out", _scratch["golden.jsonl"]);
        string[] lines = await File.ReadAllLinesAsync(_scratch["golden.jsonl"]);
        lines[7] = lines[7].Replace("\"seq\":7", "\"seq\":70", StringComparison.Ordinal);
        await File.WriteAllLinesAsync(_scratch["changed.jsonl"], lines);

        (int same, _, _) = await CommandRun.RunAsync(
            "replay", _scratch["cell.mcap"], "--model", "workcell", "--expect", _scratch["golden.jsonl"]);
        (int different, string output, _) = await CommandRun.RunAsync(
            "replay", _scratch["cell.mcap"], "--model", "workcell", "--expect", _scratch["changed.jsonl"]);

        Assert.Equal(0, same);
        Assert.Equal(3, different);
        Assert.Contains("changed.jsonl:8: differs", output, StringComparison.Ordinal);
        Assert.Contains("1 different", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recorded_live_run_with_a_muted_sensor_replays_byte_for_byte()
    {
        string recording = _scratch["live.mcap"];
        byte[][] live = RunLive(recording);

        await Good("replay", recording, "--model", "workcell", "--out", _scratch["replay.jsonl"]);

        string[] replayed = await File.ReadAllLinesAsync(_scratch["replay.jsonl"]);
        Assert.True(live.Length > 40, $"only {live.Length} windows in the live run");
        Assert.Equal(live.Length, replayed.Length);
        for (int i = 0; i < live.Length; i++)
        {
            Assert.Equal(System.Text.Encoding.UTF8.GetString(live[i]), replayed[i]);
        }

        Assert.Contains(replayed, line => line.Contains("\"presence\":\"stale\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mistakes_of_the_user_are_sentences_with_exit_codes()
    {
        await File.WriteAllTextAsync(_scratch["junk.mcap"], "this is no recording");

        await Bad(1, "There is no file", "replay", _scratch["none.mcap"], "--model", "workcell");
        await Bad(1, "junk.mcap", "replay", _scratch["junk.mcap"], "--model", "workcell");
        await Bad(1, "No model 'nosuch' in ", "replay", _scratch["junk.mcap"], "--model", "nosuch");
        await Bad(2, "Unrecognized", "replay", _scratch["junk.mcap"], "--model", "workcell", "--sped", "2");
        await Bad(2, "There is no configuration file", "run", "--config", _scratch["none.json"]);
    }

    /// <summary>Six seconds live with the arm mute from 2 s to 4 s; returns the predictions in comparable
    /// form.</summary>
    private static byte[][] RunLive(string recording)
    {
        var options = new WorkerOptions
        {
            Node = "test",
            Model = new ModelOptions { Name = "workcell", Providers = ["cpu"] },
            Mqtt = new MqttOptions { Adapter = "none" },
            Recording = new RecordingOptions { File = recording },
            Simulator = new SimulatorOptions { Seed = 3, Faults = ["arm:mute:2:2"] },
            Sensors = new[] { "camera", "microphone", "wrist", "arm" }
                .ToDictionary(name => name, _ => new SensorOptions { Adapter = "simulator" }),
        };
        using var session = new LiveSession(options, new LogObserver(NullLogger.Instance));
        var collected = new CollectingSink(session.Pipeline.Manifest);
        session.Pipeline.AddSink(collected);
        session.Start();
        collected.WaitFor(55, TimeSpan.FromSeconds(60));
        session.Dispose();
        return collected.Lines();
    }

    private static async Task Good(params string[] args)
    {
        (int code, string output, string error) = await CommandRun.RunAsync(args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: exit code {code}\n{output}\n{error}");
    }

    private static async Task Bad(int expected, string text, params string[] args)
    {
        (int code, _, string error) = await CommandRun.RunAsync(args);
        Assert.Equal(expected, code);
        Assert.Contains(text, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }
}
