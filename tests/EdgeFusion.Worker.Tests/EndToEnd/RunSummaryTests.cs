using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Commands;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>A run that is told to stop says what became of every sensor's samples.</summary>
public sealed class RunSummaryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [NeedsProgramFact("kill")]
    public async Task A_terminated_run_ends_with_an_account_per_sensor()
    {
        using var scratch = new Scratch();
        string config = scratch["config.json"];
        await File.WriteAllTextAsync(config, """
            {
              "Node": "cell", "Mqtt": { "Adapter": "none" }, "AllowMissingSensors": true,
              "Dashboard": { "Enabled": false },
              "Sensors": { "wrist": { "Adapter": "simulator" }, "arm": { "Adapter": "simulator" } }
            }
            """);
        using var patience = new CancellationTokenSource(Patience);
        using Process worker = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", typeof(CommandLine).Assembly.Location, "run", "--config", config])
        {
            RedirectStandardError = true,
        })!;
        var lines = new List<string>();
        while (lines.Count(line => line.Contains(" is Live", StringComparison.Ordinal)) < 2)
        {
            lines.Add(await worker.StandardError.ReadLineAsync(patience.Token) ?? throw new EndOfStreamException());
        }

        using Process kill = Process.Start("kill", worker.Id.ToString(CultureInfo.InvariantCulture));
        string rest = await worker.StandardError.ReadToEndAsync(patience.Token);
        await worker.WaitForExitAsync(patience.Token);

        Assert.Equal(0, worker.ExitCode);
        Assert.Matches(@"wrist: captured \d+ = used \d+ \+ dropped \d+", rest);
        Assert.Matches(@"arm: captured \d+ = used \d+ \+ dropped \d+", rest);
        Assert.DoesNotContain("unaccounted", rest, StringComparison.Ordinal);
    }
}
