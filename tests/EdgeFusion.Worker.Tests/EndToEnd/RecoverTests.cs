using EdgeFusion.Testing.Mcap;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Recovery by the command line, and what readers of others say about files of ours.</summary>
public sealed class RecoverTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_torn_recording_is_recovered_with_exit_code_3_and_an_intact_one_with_0()
    {
        string whole = _scratch["cell.mcap"];
        await CommandRun.RunAsync("simulate", "--seed", "5", "--episodes", "1", "--to", whole);
        byte[] bytes = await File.ReadAllBytesAsync(whole);
        await File.WriteAllBytesAsync(_scratch["torn.mcap"], bytes[..(bytes.Length / 2)]);

        (int good, string goodText, _) = await CommandRun.RunAsync("recover", whole);
        (int torn, string tornText, _) = await CommandRun.RunAsync(
            "recover", _scratch["torn.mcap"], "--to", _scratch["out.mcap"], "--json");
        (int again, _, string error) = await CommandRun.RunAsync(
            "recover", _scratch["torn.mcap"], "--to", _scratch["out.mcap"]);

        Assert.Equal((0, 3, 1), (good, torn, again));
        Assert.Contains("lost         nothing", goodText, StringComparison.Ordinal);
        Assert.Contains("\"was_finished\": false", tornText, StringComparison.Ordinal);
        Assert.Contains("it exists", error, StringComparison.Ordinal);
        Assert.True(File.Exists(_scratch["cell.recovered.mcap"]));
    }

    [NeedsOtherReaderFact]
    public async Task Readers_of_others_see_the_same_messages_in_simulated_and_recovered_files()
    {
        string whole = _scratch["cell.mcap"];
        await CommandRun.RunAsync("simulate", "--seed", "5", "--episodes", "1", "--to", whole);
        byte[] bytes = await File.ReadAllBytesAsync(whole);
        await File.WriteAllBytesAsync(_scratch["torn.mcap"], bytes[..(bytes.Length / 2)]);
        await CommandRun.RunAsync("recover", _scratch["torn.mcap"], "--to", _scratch["out.mcap"]);

        foreach (string file in new[] { whole, _scratch["out.mcap"] })
        {
            SortedDictionary<string, (long, string)> theirs = OtherReader.Read(file);

            Assert.Equal(OtherReader.ReadOurs(file, Recordings.ReadOptions()), theirs);
            Assert.True(theirs.Count >= 5);
        }
    }
}
