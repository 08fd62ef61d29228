using System.Diagnostics;
using EdgeFusion.Worker.Commands;

namespace EdgeFusion.Worker.Tests.Dashboard;

/// <summary>The demo as a process, with the port of its broker and the address of its page.</summary>
internal sealed class DemoProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private DemoProcess(Process process) => _process = process;

    /// <summary>Base address of the page; null where none is served.</summary>
    public Uri? Page { get; private set; }

    /// <summary>Arguments of mosquitto_sub for this demo's broker.</summary>
    public string[] Subscribe { get; private set; } = [];

    /// <summary>What it has said on standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return string.Join('\n', _errors);
            }
        }
    }

    private readonly List<string> _errors = [];

    public static async Task<DemoProcess> StartAsync(params string[] arguments)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(
                "dotnet", ["exec", typeof(CommandLine).Assembly.Location, "demo", "--seconds", "180", .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var demo = new DemoProcess(process);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (demo._errors)
            {
                demo._errors.Add(line.Data ?? "");
            }
        };
        process.Start();
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        bool pageComes = false;
        while (!pageComes || demo.Page is null)
        {
            string line = await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException($"The demo ended: {demo.Errors}");
            if (line.Contains("mosquitto_sub ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                demo.Subscribe = [.. words[1..^1].Select(word => word.Trim('\''))];
            }
            else if (pageComes)
            {
                demo.Page = Uri.TryCreate(line.Trim(), UriKind.Absolute, out Uri? page) ? page : null;
                break;
            }

            pageComes = line.StartsWith("see it live", StringComparison.Ordinal);
        }

        // Somebody has to read what the demo says, or it would wait for the pipe one day.
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return demo;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
