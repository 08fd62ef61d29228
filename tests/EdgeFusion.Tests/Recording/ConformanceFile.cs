using System.Text.Json.Nodes;
using EdgeFusion.Testing;

namespace EdgeFusion.Tests.Recording;

/// <summary>One file of the public MCAP conformance suite with its expected records.</summary>
internal sealed class ConformanceFile(string path)
{
    public const string Variable = "EDGEFUSION_CONFORMANCE_DIR";
    public const string Folder = "data/mcap-conformance/data";

    private readonly JsonNode _json = JsonNode.Parse(File.ReadAllText(System.IO.Path.ChangeExtension(path, ".json")))!;

    public string Path { get; } = path;

    public JsonArray Records => _json["records"]!.AsArray();

    public HashSet<string> Features => _json["meta"]!["variant"]!["features"]!.AsArray()
        .Select(feature => (string)feature!).ToHashSet();

    /// <summary>Whether the suite asks an indexed reader for it.</summary>
    public bool IsIndexed =>
        new[] { "ch", "chx", "mx", "rch", "rsh" }.All(Features.Contains) && Of("Message").Any();

    public static IReadOnlyList<ConformanceFile> All()
    {
        var folder = SharedData.Find(Variable, Folder)!;
        return Directory.EnumerateFiles(folder, "*.mcap", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(path => new ConformanceFile(path)).ToList();
    }

    public IEnumerable<JsonNode> Of(string type) => Records.Where(record => (string)record!["type"]! == type)!;

    /// <summary>Fields of a record by name.</summary>
    public static Dictionary<string, JsonNode> Fields(JsonNode record) => record["fields"]!.AsArray()
        .ToDictionary(field => (string)field![0]!, field => field![1]!);
}
