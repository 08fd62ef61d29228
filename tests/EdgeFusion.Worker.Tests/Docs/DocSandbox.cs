using System.Diagnostics;
using EdgeFusion.Testing;
using EdgeFusion.Worker.Commands;
using EdgeFusion.Worker.Tests.EndToEnd;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Docs;

/// <summary>
/// A folder that looks like the repository, in which commands of documents run on the program as it was built for the
/// tests. A demo ends after some seconds; nothing is set up or installed.
/// </summary>
internal sealed class DocSandbox : IDisposable
{
    private static readonly string[] Linked = ["config", "deploy", "models", "src", "README.md"];

    private readonly Scratch _scratch = new();

    public DocSandbox()
    {
        Directory.CreateDirectory(_scratch["repository/bin"]);
        foreach (string name in Linked)
        {
            File.CreateSymbolicLink(_scratch[$"repository/{name}"], Path.Combine(Repository.Root, name));
        }

        string program = typeof(CommandLine).Assembly.Location;
        foreach (string name in new[] { "edgefusion", "bin/edgefusion" })
        {
            File.WriteAllText(_scratch[$"repository/{name}"], $$"""
                #!/bin/sh
                case "$1" in
                    setup) exit 0 ;;
                    test | train) echo "$1 is not for a document that is run" >&2; exit 1 ;;
                    demo) exec dotnet exec '{{program}}' "$@" --seconds 4 ;;
                    *) exec dotnet exec '{{program}}' "$@" ;;
                esac
                """);
            using var chmod = Process.Start("chmod", ["+x", _scratch[$"repository/{name}"]]);
            chmod.WaitForExit();
        }
    }

    /// <summary>Runs a block as one script that ends with its first failure.</summary>
    /// <returns>What went wrong; null where nothing did.</returns>
    public string? Run(DocBlock block, TimeSpan limit)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("bash", ["-eu", "-o", "pipefail", "-c", string.Join('\n', block.Content)])
            {
                WorkingDirectory = _scratch["repository"],
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            },
        };
        process.StartInfo.Environment["PATH"] =
            $"{_scratch["repository/bin"]}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin";
        process.StartInfo.Environment["EDGEFUSION_MODELS"] = Path.Combine(Repository.Root, "models");
        process.Start();
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            return $"{block}: not done after {limit.TotalSeconds:F0} s";
        }

        return process.ExitCode == 0
            ? null
            : $"{block}: exit code {process.ExitCode}\n{output.Result}\n{errors.Result}";
    }

    public void Dispose() => _scratch.Dispose();
}
