using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>The models of a folder, one sub-folder each, found by name.</summary>
/// <remarks><b>Threading.</b> Immutable; the folder is looked at on every call.</remarks>
/// <param name="folder">The folder that holds the models' folders.</param>
public sealed class ModelCatalog(string folder)
{
    /// <summary>The folder that holds the models' folders.</summary>
    public string Folder { get; } = folder;

    /// <summary>Names of all models there, in ordinal order; empty where the folder does not exist.</summary>
    public ImmutableArray<string> Names()
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        List<string> names = [];
        foreach (string path in Directory.EnumerateDirectories(Folder))
        {
            string name = Path.GetFileName(path);
            if (TextRule.ModelName.Accepts(name) && File.Exists(Path.Combine(path, ModelBundle.ManifestFileName)))
            {
                names.Add(name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return [.. names];
    }

    /// <summary>
    /// The manifest of a model: by name from this folder or, where the argument holds a slash or ends in .json, by the
    /// path of its folder or manifest.
    /// </summary>
    /// <exception cref="ModelException">There is no such model; lists those there are.</exception>
    public string ManifestPath(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (nameOrPath.Contains('/') || nameOrPath.EndsWith(".json", StringComparison.Ordinal))
        {
            return PathOf(nameOrPath);
        }

        string path = Path.Combine(Folder, nameOrPath, ModelBundle.ManifestFileName);
        return TextRule.ModelName.Accepts(nameOrPath) && File.Exists(path) ? path : throw Unknown(nameOrPath);
    }

    /// <summary>Opens and checks a model by name or path.</summary>
    /// <param name="nameOrPath">As for <see cref="ManifestPath"/>.</param>
    /// <param name="precision">"fp32" (default), or that of a variant in the manifest.</param>
    /// <exception cref="ModelException">There is no such model, or it fails a check.</exception>
    public ModelBundle Open(string nameOrPath, string precision = ModelBundle.FullPrecision) =>
        ModelBundle.Open(ManifestPath(nameOrPath), precision: precision);

    private static string PathOf(string path)
    {
        string manifest = Directory.Exists(path) ? Path.Combine(path, ModelBundle.ManifestFileName) : path;
        return File.Exists(manifest)
            ? manifest
            : throw new ModelException($"No model at {PrintableText.Clean(path)}: {manifest} does not exist.");
    }

    private ModelException Unknown(string name)
    {
        ImmutableArray<string> names = Names();
        string have = names.IsEmpty ? "it holds no model" : "it holds " + string.Join(", ", names);
        return new ModelException(
            $"No model '{PrintableText.Clean(name)}' in {Folder}; {have}. Name one of those, or give the path of a "
            + "model's folder.");
    }
}
