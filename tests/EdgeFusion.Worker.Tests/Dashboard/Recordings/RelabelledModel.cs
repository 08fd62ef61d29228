using System.Text.Json.Nodes;
using EdgeFusion.Testing;

namespace EdgeFusion.Worker.Tests.Dashboard.Recordings;

/// <summary>The workcell model with two labels exchanged and one that is a script: it differs where those win.
/// </summary>
internal static class RelabelledModel
{
    /// <summary>A label that must stay one.</summary>
    public const string Script = "<script>document.title='broken'</script><img src=x onerror=alert(1)>";

    public static void WriteTo(string folder)
    {
        string source = Path.Combine(RepositoryRoot.Path, "models", "workcell");
        Directory.CreateDirectory(folder);
        foreach (string graph in Directory.GetFiles(source, "*.onnx"))
        {
            File.Copy(graph, Path.Combine(folder, Path.GetFileName(graph)));
        }

        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "manifest.json")))!;
        manifest["name"] = "relabelled";
        foreach (JsonNode? head in manifest["heads"]!.AsArray())
        {
            JsonArray labels = head!["labels"]!.AsArray();
            switch (head["name"]!.GetValue<string>())
            {
                case "weight":
                    string first = labels[1]!.GetValue<string>();
                    labels[1] = labels[3]!.GetValue<string>();
                    labels[3] = first;
                    break;
                case "content":
                    labels[0] = Script;
                    break;
            }
        }

        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
    }
}
