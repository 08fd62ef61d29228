using System.Text.Json;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Tests.EndToEnd;

namespace EdgeFusion.Worker.Tests.Configuration;

/// <summary>The configurations that come with the product are good as they are.</summary>
public sealed class ReadyConfigTests
{
    public static TheoryData<string> Configs() => new(
        Directory.GetFiles(Folder, "*.json").Select(Path.GetFileName)
            .Where(name => name != "edgefusion.schema.json").Select(name => name!));

    private static string Folder => Path.Combine(RepositoryRoot.Path, "config");

    [Theory]
    [MemberData(nameof(Configs))]
    public async Task Run_accepts_it_without_any_device(string name)
    {
        (int code, string output, string error) =
            await CommandRun.RunAsync("run", "--check", "--config", Path.Combine(Folder, name));

        Assert.True(code == 0, error);
        Assert.Contains("the configuration is good", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_are_listed_as_text_and_as_json()
    {
        (int code, string text, _) = await CommandRun.RunAsync("devices");
        (int jsonCode, string json, _) = await CommandRun.RunAsync("devices", "--json");

        Assert.Equal(0, code);
        Assert.Equal(0, jsonCode);
        Assert.Contains("camera", text, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Contains(
            "gstreamer", document.RootElement.GetProperty("adapters").EnumerateArray().Select(a => a.GetString()));
        Assert.True(document.RootElement.TryGetProperty("devices", out _));
    }
}
