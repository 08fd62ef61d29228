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
            element, path, faults, "name", "kind", "tensor", "labels", "units", "per_modality_tensor", "temperature");
        if (fields is null)
        {
            return null;
        }

        string? name = fields.Text("name", required: true, TextRule.HeadName);
        int? kind = fields.Word("kind", required: true, "classification", "regression");
        string? tensor = fields.Text("tensor", required: true, TextRule.Tensor);
        int fewest = kind == (int)HeadKind.Regression ? 1 : 2;
        ImmutableArray<string>? labels = fields.Texts("labels", required: true, fewest, MaxLabels, unique: true);
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
            fields.Fault("units", $"has {units.Length} entries, labels has {labels.Value.Length}");
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
}
