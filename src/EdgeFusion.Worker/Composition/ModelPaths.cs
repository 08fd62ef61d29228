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

    /// <summary>A name or path as the path of a folder or manifest.</summary>
    public static string Resolve(string nameOrPath)
    {
        if (nameOrPath.Contains('/', StringComparison.Ordinal) || File.Exists(nameOrPath))
        {
            return nameOrPath;
        }

        string folder = Path.Combine(Folder(), nameOrPath);
        return Directory.Exists(folder)
            ? folder
            : throw new ModelException($"There is no model '{nameOrPath}' in '{Folder()}'; there are: {Names()}. "
                + "Give one of these names, or the path of a model's folder.");
    }

    /// <summary>The manifest or window spec of a name or path.</summary>
    public static ModelManifest ReadSpec(string nameOrPath)
    {
        string path = Resolve(nameOrPath);
        return ManifestReader.ReadSpec(
            Directory.Exists(path) ? Path.Combine(path, ModelBundle.ManifestFileName) : path);
    }

    private static string Names()
    {
        var names = new List<string>();
        foreach (string folder in Directory.Exists(Folder()) ? Directory.GetDirectories(Folder()) : [])
        {
            if (File.Exists(Path.Combine(folder, ModelBundle.ManifestFileName)))
            {
                names.Add(Path.GetFileName(folder));
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names.Count == 0 ? "none" : string.Join(", ", names);
    }
}
