using System.Security.Cryptography;

namespace EdgeFusion.Models;

/// <summary>
/// A model that has been checked as a whole: manifest read, file inside the manifest's folder, size and SHA-256 right,
/// content scanned, and every declared tensor found in the graph with its type and shape.
/// </summary>
/// <remarks>
/// The bytes that were hashed and scanned are the bytes that an engine loads; the file is read once, so that nothing
/// can be exchanged in between. Drop the bundle once the engine stands, and the copy goes with it.
/// <para><b>Threading.</b> Immutable.</para>
/// </remarks>
public sealed class ModelBundle
{
    /// <summary>File name of a manifest inside a model's folder.</summary>
    public const string ManifestFileName = "manifest.json";

    private ModelBundle(ModelManifest manifest, OnnxGraph graph, byte[] content)
    {
        Manifest = manifest;
        Graph = graph;
        Content = content;
    }

    /// <summary>The model's contract; <see cref="ModelManifest.Folder"/> says where it lies.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What the graph declares.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>The model file, exactly as hashed.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Opens and checks a model.</summary>
    /// <param name="path">Folder with manifest.json, or the manifest itself.</param>
    /// <param name="maxBytes">Largest model file accepted; default 64 MiB.</param>
    /// <exception cref="ModelException">Any check failed; says which, and lists all differences.</exception>
    public static ModelBundle Open(string path, int maxBytes = OnnxModelScan.DefaultMaxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ModelManifest manifest = ManifestReader.Read(
            Directory.Exists(path) ? Path.Combine(path, ManifestFileName) : path);
        string file = Path.Combine(manifest.Folder, manifest.File);
        CheckInside(manifest.Folder, file);
        byte[] content = BoundedFile.Read(file, maxBytes, "model file");
        return Check(manifest, content, file, maxBytes);
    }

    /// <summary>Checks a model that is held in memory; the array must not be changed afterwards.</summary>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="content">The model file.</param>
    /// <exception cref="ModelException">Any check failed.</exception>
    public static ModelBundle FromMemory(ModelManifest manifest, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(content);
        return Check(manifest, content, manifest.File, OnnxModelScan.DefaultMaxBytes);
    }

    private static ModelBundle Check(ModelManifest manifest, byte[] content, string file, int maxBytes)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (hash != manifest.Sha256)
        {
            throw new ModelException(
                $"Model file {file} is not the one its manifest describes: manifest says sha256 {manifest.Sha256}, "
                + $"the file has {hash}. Copy model and manifest again, together.");
        }

        OnnxGraph graph = OnnxModelScan.Scan(content, file, maxBytes);
        List<string> differences = ManifestGraphComparison.Compare(manifest, graph);
        if (differences.Count > 0)
        {
            throw new ModelException(
                $"Model '{manifest.Name}' {manifest.Version}: manifest and graph ({file}) differ:\n  "
                + string.Join("\n  ", differences)
                + "\nExport model and manifest together, or correct the manifest.");
        }

        return new ModelBundle(manifest, graph, content);
    }

    // The manifest can only name a plain file, so the one way out of the folder is a link.
    private static void CheckInside(string folder, string file)
    {
        try
        {
            FileSystemInfo? target = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true);
            if (target is not null && Path.GetDirectoryName(target.FullName) != folder)
            {
                throw new ModelException(
                    $"Model file {file} is a link to {target.FullName}, outside the model's folder. Put the file "
                    + "itself there.");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"Cannot read the model file {file}: {fault.Message}", fault);
        }
    }
}
