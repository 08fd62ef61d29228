using System.Collections.Immutable;
using System.Text.Json;

namespace EdgeFusion.Models;

/// <summary>
/// Reads manifest.json. Everything is checked before anything is used, and all faults are listed together, each under
/// its JSON path. Unknown keys are faults: a misspelt key must not silently mean its default.
/// </summary>
/// <remarks><b>Threading.</b> Stateless; any thread.</remarks>
public static class ManifestReader
{
    /// <summary>Largest manifest accepted: 1 MiB. Real ones have some kilobytes.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxInputs = 64;
    private const int MaxHeads = 64;
    private const int MaxEmbedding = 1 << 16;

    // One block of native memory holds all tensors; 1 GiB keeps every offset far inside an int.
    private const long MaxTotalBytes = 1 << 30;

    private const double NanosecondsPerMillisecond = 1_000_000;
    private const double MaxWindowMs = 3_600_000;
    private const double OneNanosecondMs = 1e-6;

    /// <summary>Reads the manifest of a model.</summary>
    /// <param name="path">Path of manifest.json.</param>
    /// <exception cref="ModelException">It is missing, too large, no JSON, or has faults.</exception>
    public static ModelManifest Read(string path) => ReadFile(path, spec: false);

    /// <summary>Reads a window spec: a manifest that may lack "file", "sha256" and "opset".</summary>
    /// <inheritdoc cref="Read"/>
    public static ModelManifest ReadSpec(string path) => ReadFile(path, spec: true);

    /// <summary>Reads a manifest or spec from memory.</summary>
    /// <param name="json">UTF-8 text.</param>
    /// <param name="source">Name of the file for messages.</param>
    /// <param name="spec">Whether "file", "sha256" and "opset" may be absent.</param>
    /// <exception cref="ModelException">It is too large, no JSON, or has faults.</exception>
    public static ModelManifest Parse(ReadOnlyMemory<byte> json, string source, bool spec = false)
    {
        if (json.Length > MaxBytes)
        {
            throw TooLarge(source);
        }

        ReadOnlyMemory<byte> text = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            var faults = new ManifestFaults();
            ModelManifest? manifest = Root(document.RootElement, faults, spec);
            return faults.Any || manifest is null ? throw faults.ToException(source) : manifest;
        }
        catch (JsonException fault)
        {
            throw new ModelException($"Model manifest {source} is not JSON: {fault.Message}", fault);
        }
        catch (InvalidOperationException fault)
        {
            // The parser defers this check to the moment a name or text is read.
            throw new ModelException($"Model manifest {source} holds text that is not valid Unicode.", fault);
        }
    }

    private static ModelManifest ReadFile(string path, bool spec)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] json = BoundedFile.Read(path, MaxBytes, "model manifest");
        return Parse(json, path, spec) with { Folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/" };
    }

    private static ModelException TooLarge(string source) =>
        new($"Model manifest {source} is larger than {MaxBytes} bytes; it is no manifest.");

    private static ModelManifest? Root(JsonElement root, ManifestFaults faults, bool spec)
    {
        ManifestObject? fields = ManifestObject.Open(
            root, "$", faults, "$schema", "schema", "name", "version", "description", "file", "sha256", "opset",
            "window", "inputs", "mask", "context", "heads", "embedding", "split", "variants", "numerics", "frontend",
            "provenance");
        if (fields is null)
        {
            return null;
        }

        fields.Text("$schema", required: false, TextRule.FreeText);
        fields.Integer("schema", required: true, 1, 1);
        string? name = fields.Text("name", required: true, TextRule.ModelName);
        string? version = fields.Text("version", required: true, TextRule.Version);
        string? description = fields.Text("description", required: false, TextRule.FreeText);
        string? file = fields.Text("file", required: !spec, TextRule.FileName);
        string? sha256 = fields.Text("sha256", required: !spec, TextRule.Sha256);
        int? opset = fields.Integer("opset", required: !spec, 1, 1000);
        WindowShape? window = Window(fields);
        List<(JsonElement Element, string Path)> entries = fields.Items("inputs", required: true, 1, MaxInputs);
        ImmutableArray<ModelInput> inputs = Inputs(entries, faults, window);
        MaskInput? mask = Mask(fields, faults, entries.Count);
        ImmutableArray<ModelHead> heads = Heads(fields, faults);
        EmbeddingOutput? embedding = Embedding(fields, faults);
        faults.Distinct("file", file, "$.file");
        ImmutableArray<ContextInput> context = ManifestPartsReader.Context(fields, faults);
        SplitGraphs? split = ManifestPartsReader.Split(fields, faults, inputs);
        ImmutableArray<ModelVariant> variants = ManifestPartsReader.Variants(fields, faults);
        FreeParts(fields);
        if (faults.Any)
        {
            return null;
        }

        var manifest = new ModelManifest
        {
            Schema = 1,
            Name = name!,
            Version = version!,
            Description = description ?? "",
            File = file ?? "",
            Sha256 = sha256 ?? "",
            Opset = opset ?? 0,
            Window = window!,
            Inputs = inputs,
            Mask = mask,
            Context = context,
            Heads = heads,
            Embedding = embedding,
            Split = split,
            Variants = variants,
        };
        CheckSize(manifest, faults);
        return manifest;
    }

    private static void FreeParts(ManifestObject fields)
    {
        fields.FreeObject("numerics");
        fields.FreeObject("frontend");
        fields.FreeObject("provenance");
    }

    private static void CheckSize(ModelManifest manifest, ManifestFaults faults)
    {
        long bytes = 0;
        foreach (ModelInput input in manifest.Inputs)
        {
            bytes += input.ByteCount;
        }

        if (bytes > MaxTotalBytes)
        {
            faults.Add("$.inputs", $"take {bytes} bytes together, the limit is {MaxTotalBytes}");
        }
    }

    private static WindowShape? Window(ManifestObject root)
    {
        if (root.Object("window", required: true, "length_ms", "hop_ms", "deadline_ms") is not { } fields)
        {
            return null;
        }

        double? length = fields.Number("length_ms", required: true, OneNanosecondMs, MaxWindowMs);
        double? hop = fields.Number("hop_ms", required: true, OneNanosecondMs, MaxWindowMs);
        double? deadline = fields.Number("deadline_ms", required: true, 0, MaxWindowMs);
        return length is null || hop is null || deadline is null
            ? null
            : new WindowShape(Nanoseconds(length.Value), Nanoseconds(hop.Value), Nanoseconds(deadline.Value));
    }

    private static long Nanoseconds(double milliseconds) => (long)Math.Round(milliseconds * NanosecondsPerMillisecond);

    private static ImmutableArray<ModelInput> Inputs(
        List<(JsonElement Element, string Path)> entries, ManifestFaults faults, WindowShape? window)
    {
        ImmutableArray<ModelInput>.Builder inputs = ImmutableArray.CreateBuilder<ModelInput>();
        foreach ((JsonElement element, string path) in entries)
        {
            if (ManifestInputReader.Read(element, path, faults, window) is { } input)
            {
                inputs.Add(input);
            }
        }

        return inputs.ToImmutable();
    }

    private static ImmutableArray<ModelHead> Heads(ManifestObject root, ManifestFaults faults)
    {
        ImmutableArray<ModelHead>.Builder heads = ImmutableArray.CreateBuilder<ModelHead>();
        foreach ((JsonElement element, string path) in root.Items("heads", required: true, 1, MaxHeads))
        {
            if (ManifestHeadReader.Read(element, path, faults) is { } head)
            {
                heads.Add(head);
            }
        }

        return heads.ToImmutable();
    }

    private static MaskInput? Mask(ManifestObject root, ManifestFaults faults, int inputs)
    {
        if (root.Object("mask", required: false, "tensor", "shape") is not { } fields)
        {
            return null;
        }

        string? tensor = fields.Text("tensor", required: true, TextRule.Tensor);
        faults.Distinct("tensor", tensor, fields.Path + ".tensor");
        ImmutableArray<int>? shape = fields.Integers("shape", required: false, 2, 2, 1, MaxInputs);
        if (shape is { } extents && inputs > 0 && (extents[0] != 1 || extents[1] != inputs))
        {
            fields.Fault("shape", $"is [{extents[0]},{extents[1]}], {inputs} inputs need [1,{inputs}]");
        }

        return tensor is null ? null : new MaskInput(tensor);
    }

    private static EmbeddingOutput? Embedding(ManifestObject root, ManifestFaults faults)
    {
        if (root.Object("embedding", required: false, "tensor", "size") is not { } fields)
        {
            return null;
        }

        string? tensor = fields.Text("tensor", required: true, TextRule.Tensor);
        faults.Distinct("tensor", tensor, fields.Path + ".tensor");
        int? size = fields.Integer("size", required: true, 1, MaxEmbedding);
        return tensor is null || size is null ? null : new EmbeddingOutput(tensor, size.Value);
    }
}
