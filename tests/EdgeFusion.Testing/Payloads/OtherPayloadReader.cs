using System.Diagnostics;
using System.Text.Json;

namespace EdgeFusion.Testing.Payloads;

/// <summary>Readers of others (npm cborg, sparkplug-payload), as judges of what we write.</summary>
public static class OtherPayloadReader
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests/EdgeFusion.Testing/Payloads");

    /// <summary>Why they cannot be used; null where they can.</summary>
    public static string? Obstacle() => Directory.Exists(Path.Combine(Folder, "node_modules/cborg"))
        ? null
        : "cborg is not there: run npm ci in tests/EdgeFusion.Testing/Payloads";

    /// <summary>CBOR items as JSON.</summary>
    public static JsonElement[] ReadCbor(IEnumerable<byte[]> payloads) => Read("cbor", payloads);

    /// <summary>Sparkplug B payloads as JSON.</summary>
    public static JsonElement[] ReadSparkplug(IEnumerable<byte[]> payloads) => Read("sparkplug", payloads);

    private static JsonElement[] Read(string kind, IEnumerable<byte[]> payloads)
    {
        using Process node = Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder, "read.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = node.StandardError.ReadToEndAsync();
        Task<string> output = node.StandardOutput.ReadToEndAsync();
        foreach (byte[] payload in payloads)
        {
            node.StandardInput.WriteLine($"{kind} {Convert.ToHexString(payload)}");
        }

        node.StandardInput.Close();
        string[] lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        node.WaitForExit();
        return node.ExitCode == 0
            ? Array.ConvertAll(lines, line => JsonDocument.Parse(line).RootElement)
            : throw new InvalidOperationException($"the other reader does not read it: {error.Result}");
    }
}
