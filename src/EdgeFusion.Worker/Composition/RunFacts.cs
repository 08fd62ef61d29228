using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeFusion.Models;
using EdgeFusion.Recording;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>What a recording says about the run that made it: configuration without secrets, and the model.</summary>
internal static partial class RunFacts
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = false };

    /// <summary>Writes the metadata records of a run.</summary>
    public static void Write(RecordingWriter writer, WorkerOptions options, ModelManifest manifest, int part)
    {
        writer.WriteMetadata(RecordingTopics.ConfigurationName, new Dictionary<string, string>
        {
            ["node"] = options.Node,
            ["version"] = Product.Version,
            ["part"] = part.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["json"] = Json(options),
        });
        writer.WriteMetadata(RecordingTopics.ModelName, new Dictionary<string, string>
        {
            ["name"] = manifest.Name,
            ["version"] = manifest.Version,
            ["sha256"] = manifest.Sha256,
        });
    }

    /// <summary>The configuration as JSON. It holds no passwords, only names of files; what an address carries of
    /// them is masked.</summary>
    public static string Json(WorkerOptions options) =>
        Secret().Replace(JsonSerializer.Serialize(options, Format), "$1***@");

    [GeneratedRegex(@"(://)[^/@""\s]+@")]
    private static partial Regex Secret();
}
