using System.Text.Json;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Replays of a part, with muted sensors and added faults; and what inspect says.</summary>
public sealed class ReplayOptionsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public ReplayOptionsTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_range_gives_the_windows_of_the_whole_replay_once_its_sensors_are_known()
    {
        await SimulateAsync();
        string[] whole = await ReplayAsync("whole");

        string[] part = await ReplayAsync("part", "--from", "5", "--to", "8");

        Dictionary<long, string> byEnd = whole.ToDictionary(End, Heads);
        Assert.InRange(part.Length, 18, 24);
        Assert.All(part.Skip(4).SkipLast(3), line => Assert.Equal(byEnd[End(line)], Heads(line)));
    }

    [Fact]
    public async Task Faults_and_mutes_change_what_they_name_and_are_the_same_every_time()
    {
        await SimulateAsync();
        string[] whole = await ReplayAsync("whole");

        string[] muted = await ReplayAsync("muted", "--mute", "camera");
        string[] garbage = await ReplayAsync("one", "--fault", "wrist:garbage:3:2", "--fault", "arm:late:1:4");
        string[] again = await ReplayAsync("two", "--fault", "wrist:garbage:3:2", "--fault", "arm:late:1:4");
        string[] stuck = await ReplayAsync("three", "--fault", "wrist:stuck:3:2");

        string[] mapped = await ReplayAsync("mapped", "--map", "/camera=nothing");

        Assert.Equal(garbage, again);
        Assert.DoesNotContain(mapped, line => Presence(line)[0] == "present");
        Assert.DoesNotContain(muted, line => Presence(line)[0] == "present");
        Assert.NotEqual(whole, garbage);
        Assert.NotEqual(whole, stuck);
        (int code, _, string error) = await CommandRun.RunAsync(
            "replay", _scratch["cell.mcap"], "--model", "workcell", "--mute", "nose");
        Assert.Equal(2, code);
        Assert.Contains("has no sensor 'nose'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_steered_replay_gives_the_windows_of_the_whole_one_from_where_it_is_put()
    {
        await SimulateAsync();
        string[] whole = await ReplayAsync("whole");
        TextReader normal = Console.In;
        try
        {
            Console.SetIn(new StringReader("seek 5\nspeed 50\nnonsense\n"));

            string[] steered = await ReplayAsync("steered", "--step");

            int on = Array.IndexOf(whole, steered[^1]) - steered.Length + 1;
            Assert.InRange(steered.Length, 1, whole.Length - 1);
            Assert.All(steered, line => Assert.Contains(line, whole));
            Assert.Equal(whole[^1], steered[^1]);
            Assert.InRange(on, 40, 60);
        }
        finally
        {
            Console.SetIn(normal);
        }
    }

    [Fact]
    public async Task Inspect_tells_rates_gaps_and_a_configuration()
    {
        await SimulateAsync();

        (int code, string output, _) = await CommandRun.RunAsync("inspect", _scratch["cell.mcap"], "--json");
        (int text, string lines, _) = await CommandRun.RunAsync("inspect", _scratch["cell.mcap"]);

        Assert.Equal((0, 0), (code, text));
        using JsonDocument found = JsonDocument.Parse(output);
        JsonElement wrist = found.RootElement.GetProperty("channels").EnumerateArray()
            .Single(c => c.GetProperty("topic").GetString() == "/wrist");
        Assert.InRange(wrist.GetProperty("rate_hz").GetDouble(), 400, 600);
        Assert.True(wrist.GetProperty("jitter_counts").EnumerateArray().Sum(c => c.GetInt64()) > 5_000);
        Assert.Equal("replay", found.RootElement.GetProperty("suggested_configuration").GetProperty("Sensors")
            .GetProperty("wrist").GetProperty("Adapter").GetString());
        Assert.Contains("channel      /wrist", lines, StringComparison.Ordinal);
    }

    private async Task SimulateAsync()
    {
        (int code, _, string error) = await CommandRun.RunAsync(
            "simulate", "--seed", "9", "--episodes", "1", "--to", _scratch["cell.mcap"]);
        Assert.True(code == 0, error);
    }

    private async Task<string[]> ReplayAsync(string name, params string[] options)
    {
        (int code, string output, string error) = await CommandRun.RunAsync(
            ["replay", _scratch["cell.mcap"], "--model", "workcell", "--out", _scratch[name], .. options]);
        Assert.True(code == 0, $"{output}\n{error}");
        return await File.ReadAllLinesAsync(_scratch[name]);
    }

    private static long End(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("window").GetProperty("end_ns").GetInt64();
    }

    private static string Heads(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("heads").GetRawText();
    }

    private static string[] Presence(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return [.. document.RootElement.GetProperty("modalities").EnumerateObject()
            .Select(m => m.Value.GetProperty("presence").GetString()!)];
    }
}
