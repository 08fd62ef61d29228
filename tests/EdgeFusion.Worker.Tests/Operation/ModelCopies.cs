using System.Text.Json.Nodes;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Operation;

/// <summary>Copies of a shipped model, changed for a test.</summary>
internal static class ModelCopies
{
    private static readonly string Shipped = Path.Combine(Repository.Root, "models", "workcell");

    /// <summary>The version that is shipped.</summary>
    public static string Version => Manifest()["version"]!.GetValue<string>();

    /// <summary>Copies "workcell" to a folder under another version.</summary>
    /// <returns>The folder, as a path for Model:Name.</returns>
    public static string Workcell(string folder, string version, Action<JsonObject>? change = null)
    {
        Directory.CreateDirectory(folder);
        foreach (string graph in Directory.GetFiles(Shipped, "*.onnx"))
        {
            File.Copy(graph, Path.Combine(folder, Path.GetFileName(graph)), overwrite: true);
        }

        JsonObject manifest = Manifest();
        manifest["version"] = version;
        change?.Invoke(manifest);
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
        return folder;
    }

    private static JsonObject Manifest() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Shipped, "manifest.json")))!.AsObject();
}
