using System.Text.Json;

namespace EdgeFusion.Worker.Regress;

/// <summary>Latency and accuracy of one replay, from its summary; unknown where there is none.</summary>
internal sealed record ReplayFacts
{
    public double? InferP50Ms { get; init; }

    public double? InferP99Ms { get; init; }

    /// <summary>Labelled windows and those answered right, by head.</summary>
    public IReadOnlyDictionary<string, (long Labelled, long Right)> Heads { get; init; } =
        new Dictionary<string, (long, long)>();

    public static ReplayFacts Read(string path)
    {
        if (!File.Exists(path))
        {
            return new ReplayFacts();
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement root = document.RootElement;
        var heads = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        foreach (JsonElement head in root.GetProperty("heads").EnumerateArray())
        {
            heads.Add(
                head.GetProperty("name").GetString()!,
                (head.GetProperty("labelled").GetInt64(), head.GetProperty("right").GetInt64()));
        }

        return new ReplayFacts
        {
            InferP50Ms = root.GetProperty("infer_p50_ms").GetDouble(),
            InferP99Ms = root.GetProperty("infer_p99_ms").GetDouble(),
            Heads = heads,
        };
    }
}
