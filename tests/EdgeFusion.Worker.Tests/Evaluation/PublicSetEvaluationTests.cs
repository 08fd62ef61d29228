using System.Text.Json;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Tests.EndToEnd;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Evaluation;

public sealed class PublicSetEvaluationTests : IDisposable
{
    private const int Segments = 380;
    private readonly Scratch _scratch = new();

    public PublicSetEvaluationTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [NeedsSharedDataFact("ur5-objects")]
    public async Task Ur5_objects_is_evaluated_window_by_window_and_per_trial()
    {
        string recording = _scratch["ur5.mcap"];
        await Good(
            "import", "--map", Path.Combine(Repository.Root, "config/imports/ur5-objects.json"), "--from",
            NeedsSharedDataFactAttribute.Folder("ur5-objects")!, "--to", recording, "--limit", $"{Segments}");

        JsonElement json = JsonDocument.Parse(
            await Good("evaluate", recording, "--model", "ur5-objects", "--masks", "every", "--json")).RootElement;

        JsonElement[] results = [.. json.GetProperty("results").EnumerateArray()];
        Assert.Equal("ur5-objects", json.GetProperty("model").GetString());
        Assert.Equal(
            [
                "all", "only-camera", "only-force", "only-microphone", "only-proprioception", "without-camera",
                "without-force", "without-microphone", "without-proprioception",
            ],
            results.Select(result => result.GetProperty("mask").GetString()!).Distinct().Order());
        Assert.Equal(9 * 3 * 2, results.Length);
        Assert.All(results, result => Assert.Equal(Segments, result.GetProperty("n").GetInt32()));
        Assert.All(results, result =>
        {
            Assert.InRange(result.GetProperty("accuracy").GetDouble(), 0, 1);
            Assert.InRange(result.GetProperty("macro_f1").GetDouble(), 0, 1);
            Assert.InRange(result.GetProperty("ece").GetDouble(), 0, 1);
        });
        Assert.Contains(results, result => result.GetProperty("accuracy").GetDouble() > 0.9);
        Assert.All(
            json.GetProperty("breakdown").EnumerateArray(),
            part => Assert.NotEqual("trial", part.GetProperty("by").GetString()));
    }

    private static async Task<string> Good(params string[] args)
    {
        (int code, string output, string error) = await CommandRun.RunAsync(args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: exit code {code}\n{output}\n{error}");
        return output;
    }
}
