using System.Text.Json;
using EdgeFusion.Worker.Commands;

namespace EdgeFusion.Worker.Tests.EndToEnd;

public sealed class DoctorTests
{
    [Fact]
    public async Task Each_finding_says_how_it_is_and_what_to_do()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["robot.json"], """
            {
              "Model": { "Name": "workcell" },
              "Sensors": { "camera": { "Adapter": "simulator" } },
              "Mqtt": { "Port": 9 }
            }
            """);

        (int code, string output, _) = await CommandRun.RunAsync(
            "doctor", "--config", scratch["robot.json"], "--json");

        using JsonDocument report = JsonDocument.Parse(output);
        Dictionary<string, JsonElement> findings = [];
        foreach (JsonElement finding in report.RootElement.GetProperty("findings").EnumerateArray())
        {
            findings.TryAdd(finding.GetProperty("area").GetString()!, finding);
            bool good = finding.GetProperty("verdict").GetString() == "ok";
            Assert.Equal(good, finding.GetProperty("fix").ValueKind == JsonValueKind.Null);
        }

        Assert.Equal(ExitCode.Failure, code);
        Assert.Equal("ok", findings["config"].GetProperty("verdict").GetString());
        Assert.Equal("ok", findings["model"].GetProperty("verdict").GetString());
        Assert.Equal("fail", findings["broker"].GetProperty("verdict").GetString());
        Assert.Contains("mosquitto", findings["broker"].GetProperty("fix").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_configuration_is_one_of_the_findings()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["robot.json"], """{ "Modell": {} }""");

        (int code, string output, _) = await CommandRun.RunAsync("doctor", "--config", scratch["robot.json"]);

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("FAIL  config", output, StringComparison.Ordinal);
        Assert.Contains("Modell", output, StringComparison.Ordinal);
    }
}
