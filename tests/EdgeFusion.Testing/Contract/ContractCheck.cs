using System.Diagnostics;
using System.Text.Json;

namespace EdgeFusion.Testing.Contract;

/// <summary>Judges a contract and messages with the tools of others: @asyncapi/parser and Ajv.</summary>
public static class ContractCheck
{
    /// <summary>Where the tools are.</summary>
    public static string Folder { get; } = Path.Combine(RepositoryRoot.Path, "tests/EdgeFusion.Testing/Contract");

    /// <summary>Why they cannot be used; null where they can.</summary>
    public static string? Obstacle() => Directory.Exists(Path.Combine(Folder, "node_modules/@asyncapi/parser"))
        ? null
        : "the AsyncAPI parser is not there: run npm ci in tests/EdgeFusion.Testing/Contract";

    /// <summary>What is wrong, and how many messages came on each channel.</summary>
    public static (string[] Faults, Dictionary<string, int> Seen) Run(string document, string? messages = null)
    {
        string[] more = messages is null ? [] : [messages];
        string[] arguments = [Path.Combine(Folder, "check.mjs"), document, .. more];
        using Process node = Process.Start(new ProcessStartInfo("node", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = node.StandardError.ReadToEndAsync();
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        if (node.ExitCode != 0)
        {
            throw new InvalidOperationException($"the contract cannot be checked: {error.Result}");
        }

        using JsonDocument result = JsonDocument.Parse(output);
        return (
            [.. result.RootElement.GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!)],
            result.RootElement.GetProperty("seen").EnumerateObject()
                .ToDictionary(channel => channel.Name, channel => channel.Value.GetInt32()));
    }
}
