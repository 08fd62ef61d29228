using System.Text.Json;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Bags;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Recordings that other programs wrote, through the commands.</summary>
public sealed class ForeignRecordingTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public ForeignRecordingTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [NeedsLibraryFact("libbz2.so.1.0")]
    public async Task A_bag_of_rosbag_drives_the_pipeline()
    {
        string output = await GoodAsync(
            "replay", TestBags.PathOf("cell.bag"), "--model", "workcell", "--out", _scratch["bag.jsonl"]);

        string[] lines = await File.ReadAllLinesAsync(_scratch["bag.jsonl"]);
        Assert.InRange(lines.Length, 12, 30);
        foreach (string line in lines[..12])
        {
            using JsonDocument prediction = JsonDocument.Parse(line);
            Assert.Equal("full", prediction.RootElement.GetProperty("quality").GetString());
            Assert.NotEmpty(prediction.RootElement.GetProperty("heads").EnumerateObject());
        }

        Assert.Contains("audio (microphone): 25 samples", output, StringComparison.Ordinal);
    }

    [NeedsLibraryFact("libbz2.so.1.0")]
    public async Task A_bag_is_inspected_and_exported()
    {
        string found = await GoodAsync("inspect", TestBags.PathOf("cell.bag"));
        await GoodAsync("export", TestBags.PathOf("cell.bag"), "--to", _scratch["out"]);

        Assert.Contains("/joint_states", found, StringComparison.Ordinal);
        Assert.Contains("'std_msgs/String'", found, StringComparison.Ordinal);
        Assert.Equal(251, File.ReadLines(Path.Combine(_scratch["out"], "joint_states.csv")).Count());
    }

    [Fact]
    public async Task A_folder_of_rosbag2_replays_like_its_file()
    {
        await GoodAsync("simulate", "--seed", "4", "--episodes", "1", "--to", _scratch["run_0.mcap"]);
        await GoodAsync("replay", _scratch["run_0.mcap"], "--model", "workcell", "--out", _scratch["file.jsonl"]);
        string folder = Directory.CreateDirectory(_scratch["bags"]).FullName;
        File.Move(_scratch["run_0.mcap"], Path.Combine(folder, "run_0.mcap"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "metadata.yaml"),
            "rosbag2_bagfile_information:\n  storage_identifier: mcap\n  relative_file_paths:\n    - run_0.mcap\n");

        await GoodAsync("replay", folder, "--model", "workcell", "--expect", _scratch["file.jsonl"]);
        string found = await GoodAsync("inspect", folder);

        Assert.Contains("/wrist", found, StringComparison.Ordinal);
    }

    private static async Task<string> GoodAsync(params string[] args)
    {
        (int code, string output, string error) = await CommandRun.RunAsync(args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: exit code {code}\n{output}\n{error}");
        return output + error;
    }
}
