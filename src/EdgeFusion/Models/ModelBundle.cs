using System.Collections.Immutable;
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

    /// <summary>The precision in which a model is exported first.</summary>
    public const string FullPrecision = "fp32";

    private ModelBundle(ModelManifest manifest, BundleGraph whole, SplitBundle? split, string precision)
    {
        Manifest = manifest;
        Graph = whole.Graph;
        Content = whole.Content;
        Split = split;
        Precision = precision;
    }

    /// <summary>The model's contract; <see cref="ModelManifest.Folder"/> says where it lies.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What the graph declares.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>The model file, exactly as hashed.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The same model as encoders and a fusing graph; null where there is none, or not in this
    /// precision.</summary>
    public SplitBundle? Split { get; }

    /// <summary>"fp32", or the precision of the variant that was chosen.</summary>
    public string Precision { get; }

    /// <summary>Opens and checks a model.</summary>
    /// <param name="path">Folder with manifest.json, or the manifest itself.</param>
    /// <param name="maxBytes">Largest model file accepted; default 64 MiB.</param>
    /// <param name="precision">"fp32" (default), or that of a variant in the manifest.</param>
    /// <exception cref="ModelException">Any check failed; says which, and lists all differences.</exception>
    public static ModelBundle Open(
        string path, int maxBytes = OnnxModelScan.DefaultMaxBytes, string precision = FullPrecision)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ModelManifest manifest = Choose(
            ManifestReader.Read(Directory.Exists(path) ? Path.Combine(path, ManifestFileName) : path), precision);
        BundleGraph whole = Read(manifest, manifest.File, manifest.Sha256, maxBytes);
        Refuse(manifest, manifest.File, ManifestGraphComparison.Compare(manifest, whole.Graph));
        return new ModelBundle(manifest, whole, ReadSplit(manifest, maxBytes), precision);
    }

    /// <summary>Checks a model that is held in memory; the array must not be changed afterwards.</summary>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="content">The model file.</param>
    /// <exception cref="ModelException">Any check failed.</exception>
    public static ModelBundle FromMemory(ModelManifest manifest, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(content);
        BundleGraph whole = Check(content, manifest.Sha256, manifest.File, OnnxModelScan.DefaultMaxBytes);
        Refuse(manifest, manifest.File, ManifestGraphComparison.Compare(manifest, whole.Graph));
        return new ModelBundle(manifest, whole, split: null, FullPrecision);
    }

    /// <summary>The manifest as it reads for one of the variants.</summary>
    private static ModelManifest Choose(ModelManifest manifest, string precision)
    {
        if (precision == FullPrecision)
        {
            return manifest;
        }

        var known = new List<string> { FullPrecision };
        foreach (ModelVariant variant in manifest.Variants)
        {
            known.Add(variant.Precision);
            if (variant.Precision == precision)
            {
                return manifest with { File = variant.File, Sha256 = variant.Sha256, Split = null };
            }
        }

        throw new ModelException(
            $"Model '{manifest.Name}' {manifest.Version} has no variant of precision "
            + $"'{PrintableText.Clean(precision)}'; it has {string.Join(", ", known)}.");
    }

    private static SplitBundle? ReadSplit(ModelManifest manifest, int maxBytes)
    {
        if (manifest.Split is not { } split)
        {
            return null;
        }

        ImmutableArray<BundleGraph>.Builder encoders = ImmutableArray.CreateBuilder<BundleGraph>();
        foreach (SplitEncoder encoder in split.Encoders)
        {
            BundleGraph graph = Read(manifest, encoder.File, encoder.Sha256, maxBytes);
            Refuse(manifest, encoder.File, ManifestGraphComparison.CompareEncoder(manifest, encoder, graph.Graph));
            encoders.Add(graph);
        }

        BundleGraph fusion = Read(manifest, split.FusionFile, split.FusionSha256, maxBytes);
        var bundle = new SplitBundle(encoders.ToImmutable(), fusion);
        Refuse(
            manifest, split.FusionFile,
            ManifestGraphComparison.CompareFusion(manifest, fusion.Graph, bundle.Encoders));
        return bundle;
    }

    private static BundleGraph Read(ModelManifest manifest, string name, string sha256, int maxBytes)
    {
        string file = Path.Combine(manifest.Folder, name);
        CheckInside(manifest.Folder, file);
        return Check(BoundedFile.Read(file, maxBytes, "model file"), sha256, file, maxBytes);
    }

    private static BundleGraph Check(byte[] content, string sha256, string file, int maxBytes)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (hash != sha256)
        {
            throw new ModelException(
                $"Model file {file} is not the one its manifest describes: manifest says sha256 {sha256}, "
                + $"the file has {hash}. Copy model and manifest again, together.");
        }

        return new BundleGraph(sha256, OnnxModelScan.Scan(content, file, maxBytes), content);
    }

    private static void Refuse(ModelManifest manifest, string file, List<string> differences)
    {
        if (differences.Count > 0)
        {
            throw new ModelException(
                $"Model '{manifest.Name}' {manifest.Version}: manifest and graph "
                + $"({Path.Combine(manifest.Folder, file)}) differ:\n  "
                + string.Join("\n  ", differences)
                + "\nExport model and manifest together, or correct the manifest.");
        }
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
