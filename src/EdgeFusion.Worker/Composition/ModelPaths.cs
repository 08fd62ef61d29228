using EdgeFusion.Models;

namespace EdgeFusion.Worker.Composition;

/// <summary>Finds models: by name in the models folder, or by the path of a folder or manifest.</summary>
internal static class ModelPaths
{
    /// <summary>The models folder: that of EDGEFUSION_MODELS, else "models" beside or above the program.</summary>
    public static string Folder()
    {
        if (Environment.GetEnvironmentVariable("EDGEFUSION_MODELS") is { Length: > 0 } configured)
        {
            return configured;
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "models");
            if (File.Exists(Path.Combine(candidate, "manifest.schema.json")))
            {
                return candidate;
            }
        }

        return Path.GetFullPath("models");
    }

    /// <summary>The manifest of a name in the models folder, or of a path.</summary>
    public static string Resolve(string nameOrPath) => new ModelCatalog(Folder()).ManifestPath(nameOrPath);

    /// <summary>The manifest or window spec of a name or path.</summary>
    public static ModelManifest ReadSpec(string nameOrPath) => ManifestReader.ReadSpec(Resolve(nameOrPath));
}
