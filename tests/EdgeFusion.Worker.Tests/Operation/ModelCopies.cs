using System.Text.Json.Nodes;
using EdgeFusion.Worker.Tests.House;

namespace EdgeFusion.Worker.Tests.Operation;

/// <summary>Copies of a shipped model, changed for a test.</summary>
internal static class ModelCopies
{
    /// <summary>Copies "workcell" to a folder under another version.</summary>
    /// <returns>The folder, as a path for Model:Name.</returns>
    public static string Workcell(string folder, string version, Action<JsonObject>? change = null)
    {
        string from = Path.Combine(Repository.Root, "models", "workcell");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(from, "model.onnx"), Path.Combine(folder, "model.onnx"), overwrite: true);
        JsonObject manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "manifest.json")))!.AsObject();
        manifest["version"] = version;
        change?.Invoke(manifest);
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
        return folder;
    }
}
