using System.Collections.Immutable;
using System.Text.Json;

namespace EdgeFusion.Models;

/// <summary>Reads one entry of "heads".</summary>
internal static class ManifestHeadReader
{
    private const int MaxLabels = 10_000;

    public static ModelHead? Read(JsonElement element, string path, ManifestFaults faults)
    {
        ManifestObject? fields = ManifestObject.Open(
            element, path, faults, "name", "kind", "tensor", "labels", "elements", "units", "per_modality_tensor",
            "temperature");
        if (fields is null)
        {
            return null;
        }

        string? name = fields.Text("name", required: true, TextRule.HeadName);
        int? kind = fields.Word("kind", required: true, "classification", "regression");
        string? tensor = fields.Text("tensor", required: true, TextRule.Tensor);
        ImmutableArray<string>? labels = Names(fields, kind == (int)HeadKind.Regression);
        ImmutableArray<string> units = fields.Texts("units", required: false, 1, MaxLabels, unique: false) ?? [];
        string? perModality = fields.Text("per_modality_tensor", required: false, TextRule.Tensor);
        faults.Distinct("head", name, path + ".name");
        faults.Distinct("tensor", tensor, path + ".tensor");
        faults.Distinct("tensor", perModality, path + ".per_modality_tensor");
        double temperature = fields.Number("temperature", required: false, 1e-3, 1e3) ?? 1;
        if (kind == (int)HeadKind.Classification && fields.Has("units"))
        {
            fields.Fault("units", "a classification has no units");
        }

        if (kind == (int)HeadKind.Regression && fields.Has("temperature"))
        {
            fields.Fault("temperature", "a regression has no temperature");
        }

        if (labels is not null && units.Length > 0 && units.Length != labels.Value.Length)
        {
            fields.Fault("units", $"has {units.Length} entries, the head has {labels.Value.Length} names");
        }

        if (name is null || kind is null || tensor is null || labels is null)
        {
            return null;
        }

        return new ModelHead
        {
            Name = name,
            Kind = (HeadKind)kind.Value,
            Tensor = tensor,
            Labels = labels.Value,
            Units = units,
            PerModalityTensor = perModality,
            Temperature = temperature,
        };
    }

    // The values of a regression are named by "elements"; "labels" says the same and is what older manifests have.
    private static ImmutableArray<string>? Names(ManifestObject fields, bool regression)
    {
        if (!fields.Has("elements"))
        {
            return fields.Texts("labels", required: true, regression ? 1 : 2, MaxLabels, unique: true);
        }

        if (!regression)
        {
            fields.Fault("elements", "a classification has labels");
        }
        else if (fields.Has("labels"))
        {
            fields.Fault("elements", "says the same as labels; give one of them");
        }

        return fields.Texts("elements", required: true, 1, MaxLabels, unique: true);
    }
}
