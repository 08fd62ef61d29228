using EdgeFusion.Soak;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>The short form of the kill trial; `EdgeFusion.Soak --kills 200` is the long one.</summary>
public sealed class KillTests
{
    [Fact]
    public void A_killed_worker_leaves_a_recording_that_loses_only_its_last_moments()
    {
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));
        var faults = new List<string>();
        for (int seed = 0; seed < 3; seed++)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-kill-");

            long messages = KillTrial.Run(folder.FullName, seed, faults);

            Assert.True(messages > 100, $"only {messages} messages");
            folder.Delete(recursive: true);
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
