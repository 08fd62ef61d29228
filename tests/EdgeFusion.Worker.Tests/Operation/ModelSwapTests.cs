using System.Text.Json;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Tests.EndToEnd;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Operation;

/// <summary>Another model takes over in a running worker.</summary>
public sealed class ModelSwapTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Scratch _scratch = new();
    private readonly LogLines _log = new();

    public ModelSwapTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Changing_the_model_twice_loses_no_window_and_a_replay_says_where_it_was()
    {
        string second = ModelCopies.Workcell(_scratch["second"], "9.9.9");
        string recording = _scratch["run.mcap"];
        string[] predictions;
        long skipped;
        using (var session = new LiveSession(Options(recording), new LogObserver(_log)))
        {
            var collected = new CollectingSink(session.Pipeline.Manifest);
            session.Pipeline.AddSink(collected);
            session.Start();
            collected.WaitFor(5, Patience);
            SwitchResult result = session.Models.Switch(second);
            Assert.True(result.Done, result.Reason);
            Assert.Equal("9.9.9", result.Version);

            // Past the probation, the other way round.
            int known = collected.Lines().Length;
            collected.WaitFor(known + 55, Patience);
            Assert.True(SpinWait.SpinUntil(() => !session.Pipeline.IsChangingModel, Patience));
            result = session.Models.Switch("workcell");
            Assert.True(result.Done, result.Reason);
            collected.WaitFor(collected.Lines().Length + 5, Patience);
            session.Dispose();
            predictions = [.. collected.Lines().Select(line => System.Text.Encoding.UTF8.GetString(line))];
            skipped = session.Pipeline.SkippedWindows;
        }

        AssertWhole(predictions, skipped);
        Assert.Equal(2, _log.All.Count(
            line => line.Contains("answers from the next window on", StringComparison.Ordinal)));
        (int code, _, string error) = await CommandRun.RunAsync(
            "replay", recording, "--model", "workcell");
        Assert.True(code == 0, error);
        Assert.Contains("workcell 9.9.9", error, StringComparison.Ordinal);
        Assert.Equal(2, error.Split('\n').Count(line => line.Contains("took over from", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_model_that_does_not_fit_or_does_not_load_leaves_the_old_one_in_place()
    {
        using var session = new LiveSession(Options(""), new LogObserver(_log));
        var collected = new CollectingSink(session.Pipeline.Manifest);
        session.Pipeline.AddSink(collected);
        session.Start();
        string broken = ModelCopies.Workcell(_scratch["broken"], "2.0.0");
        File.AppendAllText(Path.Combine(broken, "model.onnx"), "x");
        string other = ModelCopies.Workcell(
            _scratch["other"], "2.0.0", manifest => manifest["window"]!["length_ms"] = 500);

        SwitchResult damaged = session.Models.Switch(broken);
        SwitchResult unfit = session.Models.Switch(other);
        SwitchResult nothing = session.Models.Switch("no-such-model");

        Assert.Equal((false, false, false), (damaged.Done, unfit.Done, nothing.Done));
        Assert.All([damaged, unfit, nothing], result => Assert.Equal(ModelCopies.Version, result.Version));
        Assert.Contains("no-such-model", nothing.Reason, StringComparison.Ordinal);
        Assert.Contains("sha256", damaged.Reason, StringComparison.OrdinalIgnoreCase);
        collected.WaitFor(collected.Lines().Length + 3, Patience);
        Assert.DoesNotContain("2.0.0", System.Text.Encoding.UTF8.GetString(collected.Lines()[^1]),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("workcell", true)]
    [InlineData("../models/workcell", false)]
    [InlineData("/etc/model", false)]
    [InlineData("no-such-model", false)]
    public void A_command_may_name_models_of_the_folder_only(string name, bool allowed) =>
        Assert.Equal(allowed, ModelSwitch.IsCatalogName(name));

    private static void AssertWhole(string[] predictions, long skipped)
    {
        long sequence = 0;
        long window = -1;
        long missing = 0;
        var versions = new List<string>();
        foreach (string line in predictions)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            Assert.Equal(sequence++, root.GetProperty("seq").GetInt64());
            Assert.NotEqual("engine_failed", root.GetProperty("quality").GetString());
            long index = root.GetProperty("window").GetProperty("index").GetInt64();
            missing += window < 0 ? 0 : index - window - 1;
            window = index;
            string version = root.GetProperty("model").GetProperty("version").GetString()!;
            if (versions.Count == 0 || versions[^1] != version)
            {
                versions.Add(version);
            }
        }

        // What a busy machine skips is counted; the change itself costs nothing.
        Assert.InRange(missing, 0, skipped);
        Assert.Equal([ModelCopies.Version, "9.9.9", ModelCopies.Version], versions);
    }

    private static WorkerOptions Options(string recording) =>
        LiveRecordingTests.Options("", "") with { Recording = new RecordingOptions { File = recording } };
}
