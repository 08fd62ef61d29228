using System.Text.Json;
using System.Xml.Linq;
using EdgeFusion.Worker.Regress;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Regression over recordings: a model against itself agrees, a changed past does not.</summary>
public sealed class RegressTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public RegressTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_model_agrees_with_its_past_until_that_is_changed()
    {
        Directory.CreateDirectory(_scratch["recordings"]);
        await CommandRun.RunAsync(
            "simulate", "--seed", "4", "--episodes", "1", "--to", _scratch["recordings/one.mcap"]);

        (int same, string sameText, string error) = await CommandRun.RunAsync(
            "regress", _scratch["recordings"], "--model", "workcell", "--against", "workcell", "--out", _scratch["a"]);
        string golden = _scratch["a/now/one.mcap.jsonl"];
        string[] lines = await File.ReadAllLinesAsync(golden);
        string label = PredictedWindow.Parse(lines[40], golden).Heads["colour"].First;
        string other = label == "red" ? "green" : "red";
        for (int i = 40; i < 60; i++)
        {
            lines[i] = lines[i].Replace("\"scores\":{", $"\"scores\":{{\"{other}2\":2,", StringComparison.Ordinal);
        }

        await File.WriteAllLinesAsync(golden, lines);
        (int changed, string changedText, _) = await CommandRun.RunAsync(
            "regress", _scratch["recordings"], "--model", "workcell", "--against", _scratch["a/now"], "--out",
            _scratch["b"]);

        Assert.True(same == 0, sameText + error);
        Assert.Contains("agreement 100.00 %", sameText, StringComparison.Ordinal);
        Assert.Equal(3, changed);
        Assert.Contains("not kept     agreement", changedText, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(_scratch["b/report.json"]));
        Assert.False(report.RootElement.GetProperty("passed").GetBoolean());
        Assert.True(report.RootElement.GetProperty("recordings")[0].GetProperty("changed").GetArrayLength() >= 20);
        Assert.Equal("2", XDocument.Load(_scratch["b/junit.xml"]).Root!.Attribute("failures")!.Value);
        string html = await File.ReadAllTextAsync(_scratch["b/report.html"]);
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
    }
}
