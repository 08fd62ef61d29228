using System.Collections.Immutable;
using System.Text.Json;

namespace EdgeFusion.Models;

/// <summary>Reads the optional parts of a manifest: context inputs, split graphs and variants.</summary>
internal static class ManifestPartsReader
{
    private const string TensorPrefix = "context_";
    private const int MaxContexts = 16;
    private const int MaxLabels = 10_000;
    private const int MaxEncoders = 64;
    private const int MaxTokens = 16;

    /// <summary>Precisions in which a variant may be given; fp32 is the model itself.</summary>
    public static readonly string[] Precisions = ["fp16", "int8"];

    public static ImmutableArray<ContextInput> Context(ManifestObject root, ManifestFaults faults)
    {
        ImmutableArray<ContextInput>.Builder contexts = ImmutableArray.CreateBuilder<ContextInput>();
        foreach ((JsonElement element, string path) in root.Items("context", required: false, 0, MaxContexts))
        {
            if (ManifestObject.Open(element, path, faults, "name", "tensor", "labels") is not { } fields)
            {
                continue;
            }

            string? name = fields.Text("name", required: true, TextRule.HeadName);
            string? tensor = fields.Has("tensor")
                ? fields.Text("tensor", required: true, TextRule.Tensor)
                : name is null ? null : TensorPrefix + name;
            ImmutableArray<string>? labels = fields.Texts("labels", required: true, 1, MaxLabels, unique: true);
            faults.Distinct("context", name, path + ".name");
            faults.Distinct("tensor", tensor, path + ".tensor");
            if (name is not null && tensor is not null && labels is not null)
            {
                contexts.Add(new ContextInput(name, tensor, labels.Value));
            }
        }

        return contexts.ToImmutable();
    }

    public static ImmutableArray<ModelVariant> Variants(ManifestObject root, ManifestFaults faults)
    {
        ImmutableArray<ModelVariant>.Builder variants = ImmutableArray.CreateBuilder<ModelVariant>();
        foreach ((JsonElement element, string path) in root.Items("variants", required: false, 0, Precisions.Length))
        {
            if (ManifestObject.Open(element, path, faults, "precision", "file", "sha256") is not { } fields)
            {
                continue;
            }

            int? precision = fields.Word("precision", required: true, Precisions);
            (string? file, string? sha256) = FileOf(fields, faults);
            if (precision is not { } number)
            {
                continue;
            }

            faults.Distinct("precision", Precisions[number], path + ".precision");
            if (file is not null && sha256 is not null)
            {
                variants.Add(new ModelVariant(Precisions[number], file, sha256));
            }
        }

        return variants.ToImmutable();
    }

    public static SplitGraphs? Split(ManifestObject root, ManifestFaults faults, ImmutableArray<ModelInput> inputs)
    {
        if (root.Object("split", required: false, "encoders", "fusion") is not { } fields)
        {
            return null;
        }

        ImmutableArray<SplitEncoder>.Builder encoders = ImmutableArray.CreateBuilder<SplitEncoder>();
        foreach ((JsonElement element, string path) in fields.Items("encoders", required: true, 1, MaxEncoders))
        {
            if (Encoder(element, path, faults, inputs) is { } encoder)
            {
                encoders.Add(encoder);
            }
        }

        ManifestObject? fusion = fields.Object("fusion", required: true, "file", "sha256");
        (string? file, string? sha256) = fusion is null ? (null, null) : FileOf(fusion, faults);
        if (file is null || sha256 is null || faults.Any)
        {
            return null;
        }

        foreach (ModelInput input in inputs)
        {
            CheckEncoded(fields, encoders, input);
        }

        return new SplitGraphs(encoders.ToImmutable(), file, sha256);
    }

    private static void CheckEncoded(
        ManifestObject fields, ImmutableArray<SplitEncoder>.Builder encoders, ModelInput input)
    {
        foreach (SplitEncoder encoder in encoders)
        {
            if (encoder.Modality == input.Modality)
            {
                return;
            }
        }

        fields.Fault("encoders", $"there is none for modality '{input.Modality}'");
    }

    private static SplitEncoder? Encoder(
        JsonElement element, string path, ManifestFaults faults, ImmutableArray<ModelInput> inputs)
    {
        if (ManifestObject.Open(element, path, faults, "modality", "file", "sha256", "inputs", "outputs")
            is not { } fields)
        {
            return null;
        }

        string? modality = fields.Text("modality", required: true, TextRule.Modality);
        (string? file, string? sha256) = FileOf(fields, faults);
        ImmutableArray<string>? tensors = fields.Texts("inputs", required: true, 1, 1, unique: true);
        ImmutableArray<string>? outputs = fields.Texts("outputs", required: true, 1, MaxTokens, unique: true);
        faults.Distinct("encoder of modality", modality, path + ".modality");
        foreach (string token in outputs ?? [])
        {
            faults.Distinct("tensor", token, path + ".outputs");
        }

        if (modality is null || file is null || sha256 is null || tensors is null || outputs is null)
        {
            return null;
        }

        foreach (ModelInput input in inputs)
        {
            if (input.Modality != modality)
            {
                continue;
            }

            if (input.Tensor != tensors.Value[0])
            {
                fields.Fault("inputs", $"modality '{modality}' has the input '{input.Tensor}', not "
                    + $"'{PrintableText.Clean(tensors.Value[0])}'");
            }

            return new SplitEncoder(modality, file, sha256, tensors.Value, outputs.Value);
        }

        fields.Fault("modality", $"no input of the model has modality '{modality}'");
        return null;
    }

    private static (string? File, string? Sha256) FileOf(ManifestObject fields, ManifestFaults faults)
    {
        string? file = fields.Text("file", required: true, TextRule.FileName);
        string? sha256 = fields.Text("sha256", required: true, TextRule.Sha256);
        faults.Distinct("file", file, fields.Path + ".file");
        return (file, sha256);
    }
}
