using System.Diagnostics;
using EdgeFusion.Worker.Commands;

namespace EdgeFusion.Worker.Regress;

/// <summary>One replay in a process of its own: a recording that brings it down costs no other result.</summary>
/// <param name="Recording">The recording.</param>
/// <param name="Model">The model.</param>
/// <param name="Target">File for the predictions; the summary goes beside it.</param>
internal sealed record ReplayJob(string Recording, string Model, string Target)
{
    /// <summary>File for the summary.</summary>
    public string Summary => Path.ChangeExtension(Target, ".summary.json");

    /// <summary>Decisions: "recompute" (default) or "recorded", as of `replay --cuts`.</summary>
    public string Cuts { get; init; } = "recompute";

    /// <summary>Whether everything else on the machine goes first. Default false.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Runs it.</summary>
    /// <returns>Why it failed; null where it did not.</returns>
    public async Task<string?> RunAsync(CancellationToken stopping)
    {
        using Process process = Process.Start(StartInfo())!;
        try
        {
            if (IsBackground)
            {
                Yield(process);
            }

            Task<string> output = process.StandardOutput.ReadToEndAsync(stopping);
            Task<string> error = process.StandardError.ReadToEndAsync(stopping);
            await process.WaitForExitAsync(stopping).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            string said = await error.ConfigureAwait(false);
            return process.ExitCode == ExitCode.Success ? null : $"exit code {process.ExitCode}: {said.Trim()}";
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static void Yield(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.Idle;
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already, or the machine forbids it: then it runs as others do.
        }
    }

    private ProcessStartInfo StartInfo()
    {
        string assembly = typeof(ReplayJob).Assembly.Location;
        string name = Path.GetFileNameWithoutExtension(assembly);
        bool isOurs = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == name;
        var start = new ProcessStartInfo(isOurs ? Environment.ProcessPath! : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] prefix = isOurs ? [] : ["exec", assembly];
        string[] verb = ["replay", Recording, "--model", Model, "--cuts", Cuts, "--recover"];
        foreach (string argument in (string[])[.. prefix, .. verb, "--out", Target, "--summary", Summary])
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }
}
