using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Regress;
using EdgeFusion.Worker.Tests.EndToEnd;
using Xunit.Abstractions;

namespace EdgeFusion.Worker.Tests.Dashboard.Recordings;

/// <summary>Recordings in a real browser.</summary>
public sealed class ViewPageTests : IDisposable
{
    private static readonly string Script = Path.Combine(
        RepositoryRoot.Path, "tests", "EdgeFusion.Worker.Tests", "Browser", "recordings.mjs");

    private readonly ITestOutputHelper _output;
    private readonly Scratch _scratch = new();

    public ViewPageTests(ITestOutputHelper output)
    {
        _output = output;
        Directory.CreateDirectory(_scratch["recordings"]);
        RelabelledModel.WriteTo(_scratch["relabelled"]);
    }

    public void Dispose() => _scratch.Dispose();

    [NeedsBrowserFact]
    public async Task The_page_shows_what_replay_printed_and_where_two_models_differ()
    {
        string recording = _scratch["recordings/run.mcap"];
        await CommandRun.RunAsync("simulate", "--seed", "5", "--episodes", "1", "--to", recording);
        string[] now = await ReplayAsync(recording, "workcell");
        string[] before = await ReplayAsync(recording, _scratch["relabelled"]);
        var comparison = new RecordingComparison("run");
        comparison.Compare(_scratch["workcell.jsonl"], _scratch["relabelled.jsonl"]);
        await File.WriteAllTextAsync(_scratch["recordings/broken.mcap"], "this is no recording");
        File.SetLastWriteTimeUtc(_scratch["recordings/broken.mcap"], DateTime.UnixEpoch);

        using ViewProcess view = await ViewProcess.StartAsync(
            _scratch["recordings"], "--model", "workcell", "--against", _scratch["relabelled"]);
        using Process browser = Process.Start(new ProcessStartInfo(
            "node", [Script, view.Page.ToString(), "broken.mcap",
                Environment.GetEnvironmentVariable("EDGEFUSION_SCREENSHOTS") ?? ""])
        {
            RedirectStandardOutput = true,
        })!;
        string text = await browser.StandardOutput.ReadToEndAsync();
        _output.WriteLine(text);
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement page = document.RootElement;

        Assert.Empty(page.GetProperty("complaints").EnumerateArray());
        Assert.Equal(0, page.GetProperty("wide").GetInt32());
        Assert.Equal(1, page.GetProperty("scripts").GetInt32());
        Assert.Equal(now.Length, page.GetProperty("count").GetInt32());
        Assert.All(page.GetProperty("canvases").EnumerateArray(), colours =>
            Assert.True(colours.GetInt32() > 4, "a canvas is empty"));
        foreach (JsonElement instant in page.GetProperty("instants").EnumerateArray())
        {
            int index = instant.GetProperty("index").GetInt32();
            Compare(now[index], instant.GetProperty("now"));
            Compare(before[index], instant.GetProperty("before"));
        }

        Assert.InRange(comparison.Agreement, 0.0, 0.999);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"{100 * comparison.Agreement:F2} % of {comparison.Windows}"),
            page.GetProperty("agreement").GetString(), StringComparison.Ordinal);
        string[][] changed = page.GetProperty("changed").Deserialize<string[][]>()!;
        Assert.Equal(Math.Min(200, comparison.Changed.Count), changed.Length);
        Assert.All(changed.Zip(comparison.Changed), pair => Assert.StartsWith(
            pair.Second.Now.First, pair.First[2], StringComparison.Ordinal));
        string refusal = page.GetProperty("refusal").GetString()!;
        Assert.Contains("broken.mcap", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(_scratch["recordings"], refusal, StringComparison.Ordinal);
    }

    private static void Compare(string line, JsonElement shown)
    {
        using JsonDocument printed = JsonDocument.Parse(line);
        foreach (JsonProperty head in printed.RootElement.GetProperty("heads").EnumerateObject())
        {
            JsonElement answer = shown.GetProperty(head.Name);
            Assert.Equal(
                printed.RootElement.GetProperty("seq").GetInt64(), answer.GetProperty("seq").GetInt64());
            Assert.Equal(head.Value.GetProperty("label").GetString(), answer.GetProperty("label").GetString());
            Assert.Equal(head.Value.GetProperty("score").GetDouble(), answer.GetProperty("score").GetDouble());
        }
    }

    private async Task<string[]> ReplayAsync(string recording, string model)
    {
        string target = _scratch[Path.GetFileName(model) + ".jsonl"];
        (int code, _, string error) = await CommandRun.RunAsync(
            "replay", recording, "--model", model, "--out", target);
        Assert.True(code == 0, error);
        return await File.ReadAllLinesAsync(target);
    }
}
