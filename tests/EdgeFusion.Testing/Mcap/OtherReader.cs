using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Testing.Mcap;

/// <summary>The MCAP reader of the format's authors (npm @mcap/core), as a judge of what we write.</summary>
public static class OtherReader
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests/EdgeFusion.Testing/Mcap");

    /// <summary>Why it cannot be used; null where it can.</summary>
    public static string? Obstacle() => Directory.Exists(Path.Combine(Folder, "node_modules/@mcap/core"))
        ? null
        : "@mcap/core is not there: run npm ci in tests/EdgeFusion.Testing/Mcap";

    /// <summary>Messages and hash per topic as the other reader sees them.</summary>
    public static SortedDictionary<string, (long Count, string Sha256)> Read(string path)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, "read.mjs"), path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process node = Process.Start(start)!;
        Task<string> error = node.StandardError.ReadToEndAsync();
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        if (node.ExitCode != 0)
            throw new InvalidOperationException($"@mcap/core does not read {path}: {error.Result}");
        using JsonDocument document = JsonDocument.Parse(output);
        var topics = new SortedDictionary<string, (long, string)>(StringComparer.Ordinal);
        foreach (JsonProperty topic in document.RootElement.GetProperty("topics").EnumerateObject())
        {
            topics.Add(topic.Name, (
                topic.Value.GetProperty("count").GetInt64(), topic.Value.GetProperty("sha256").GetString()!));
        }

        return topics;
    }

    /// <summary>The same by our own reader.</summary>
    public static SortedDictionary<string, (long Count, string Sha256)> ReadOurs(string path, McapReadOptions options)
    {
        var hashes = new Dictionary<string, (long Count, IncrementalHash Hash)>();
        using var reader = McapIndexedReader.Open(path, options);
        foreach (McapMessage message in reader.ReadMessages())
        {
            (long count, IncrementalHash hash) = hashes.TryGetValue(message.Channel.Topic, out var known)
                ? known
                : (0, IncrementalHash.CreateHash(HashAlgorithmName.SHA256));
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{message.Sequence},{message.LogTime},{message.PublishTime},")));
            hash.AppendData(message.Data);
            hashes[message.Channel.Topic] = (count + 1, hash);
        }

        var topics = new SortedDictionary<string, (long, string)>(StringComparer.Ordinal);
        foreach ((string topic, (long count, IncrementalHash hash)) in hashes)
        {
            topics.Add(topic, (count, Convert.ToHexStringLower(hash.GetHashAndReset())));
            hash.Dispose();
        }

        return topics;
    }
}
