using System.Diagnostics;
using System.Globalization;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Tests.EndToEnd;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Operation;

/// <summary>SIGHUP to the worker as a process, under a journal.</summary>
public sealed class HangUpTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [NeedsProgramFact("kill")]
    public async Task A_worker_reads_its_configuration_again_and_goes_on()
    {
        Write();

        // Whoever runs the tests under nohup has the signal ignored, and children inherit that.
        using var process = Process.Start(new ProcessStartInfo("env", [
            "--default-signal=HUP", "dotnet", "exec", typeof(CommandLine).Assembly.Location, "run", "--config",
            _scratch["robot.json"]])
        {
            RedirectStandardError = true,
            Environment =
            {
                ["EDGEFUSION_MODELS"] = Path.Combine(Repository.Root, "models"),
                ["JOURNAL_STREAM"] = "8:1",
            },
        })!;
        try
        {
            // Levels as the journal reads them: <6> information, <3> error.
            await AwaitAsync(process, "<6>", "node hangup: model workcell");
            File.WriteAllText(_scratch["robot.json"], "{ \"Node\": ");
            await HangUpAsync(process);
            await AwaitAsync(process, "<3>", "the new configuration is refused (SIGHUP), the old one stays");
            Write(every: 3);
            await HangUpAsync(process);
            await AwaitAsync(process, "<6>", "configuration read again (SIGHUP): Explain:Every");
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task HangUpAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-HUP", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static async Task AwaitAsync(Process process, string level, string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardError.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                Assert.StartsWith(level, line, StringComparison.Ordinal);
                return;
            }
        }

        Assert.Fail($"the worker ended before it said: {text}");
    }

    private void Write(int every = 0) => File.WriteAllText(_scratch["robot.json"], $$"""
        {
          "Node": "hangup", "Explain": { "Every": {{every}} },
          "Mqtt": { "Adapter": "none" }, "Dashboard": { "Enabled": false },
          "Model": { "Name": "workcell", "Providers": ["cpu"] },
          "Sensors": { "camera": { "Adapter": "simulator" }, "microphone": { "Adapter": "simulator" },
            "wrist": { "Adapter": "simulator" }, "arm": { "Adapter": "simulator" } }
        }
        """);
}
