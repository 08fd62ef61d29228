using System.Diagnostics;
using EdgeFusion.Worker.Commands;

namespace EdgeFusion.Worker.Tests.Dashboard.Recordings;

/// <summary>`edgefusion view` as a process, with the address of its page.</summary>
internal sealed class ViewProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ViewProcess(Process process, Uri page)
    {
        _process = process;
        Page = page;
    }

    /// <summary>The page with what the command line chose.</summary>
    public Uri Page { get; }

    public static async Task<ViewProcess> StartAsync(params string[] arguments)
    {
        Process process = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", typeof(CommandLine).Assembly.Location, "view", .. arguments, "--port", "0"])
        {
            RedirectStandardOutput = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (Uri.TryCreate(line.Trim(), UriKind.Absolute, out Uri? page) && page.Scheme == "http")
            {
                return new ViewProcess(process, page);
            }
        }

        throw new InvalidOperationException("The view ended before it named its page.");
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
