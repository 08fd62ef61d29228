using System.Diagnostics;
using System.Text.Json;

namespace EdgeFusion.Testing.Parquet;

/// <summary>A Parquet reader of others (npm hyparquet), as a judge of what we write.</summary>
public static class ParquetReader
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests/EdgeFusion.Testing/Parquet");

    /// <summary>Why it cannot be used; null where it can.</summary>
    public static string? Obstacle() => Directory.Exists(Path.Combine(Folder, "node_modules/hyparquet"))
        ? null
        : "hyparquet is not there: run npm ci in tests/EdgeFusion.Testing/Parquet";

    /// <summary>The rows of a file, an object each.</summary>
    public static JsonDocument Read(string path)
    {
        using Process node = Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder, "read.mjs"), path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = node.StandardError.ReadToEndAsync();
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        return node.ExitCode == 0
            ? JsonDocument.Parse(output)
            : throw new InvalidOperationException($"hyparquet does not read {path}: {error.Result}");
    }
}
