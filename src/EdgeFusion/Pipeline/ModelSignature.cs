using System.Collections.Immutable;
using EdgeFusion.Models;
using EdgeFusion.Recording;

namespace EdgeFusion.Pipeline;

/// <summary>
/// What two models must have in common so that one takes over from the other between two windows: the same windows,
/// tensors and answers. Names of tensors, weights, precision, temperature and version may differ.
/// </summary>
internal static class ModelSignature
{
    /// <summary>What differs; empty where one can replace the other.</summary>
    public static List<string> Differences(ModelManifest live, ModelManifest candidate)
    {
        var faults = new List<string>();
        if (WindowSpecHash.Of(live) != WindowSpecHash.Of(candidate))
        {
            faults.Add("its windows or inputs (length, hop, deadline, rates, coverage) differ");
        }

        CompareInputs(live, candidate, faults);
        if (live.Mask is null != candidate.Mask is null)
        {
            faults.Add($"it has {(candidate.Mask is null ? "no" : "a")} mask");
        }

        CompareContext(live, candidate, faults);
        CompareHeads(live, candidate, faults);
        if (live.Embedding?.Size != candidate.Embedding?.Size)
        {
            faults.Add($"its embedding has {candidate.Embedding?.Size ?? 0} numbers, not {live.Embedding?.Size ?? 0}");
        }

        return faults;
    }

    private static void CompareInputs(ModelManifest live, ModelManifest candidate, List<string> faults)
    {
        for (int i = 0; i < live.Inputs.Length && live.Inputs.Length == candidate.Inputs.Length; i++)
        {
            ModelInput a = live.Inputs[i];
            ModelInput b = candidate.Inputs[i];
            bool same = a.Modality == b.Modality && a.Kind == b.Kind && a.Type == b.Type && Same(a.Shape, b.Shape)
                && a.Layout == b.Layout && a.PixelFormat == b.PixelFormat && a.Fit == b.Fit
                && Same(a.Elements, b.Elements) && Same(a.Units, b.Units);
            if (!same)
            {
                faults.Add($"its input '{b.Modality}' is {Describe(b)}, not '{a.Modality}' {Describe(a)}, or has other "
                    + "elements or units");
            }
        }
    }

    private static void CompareContext(ModelManifest live, ModelManifest candidate, List<string> faults)
    {
        bool same = live.Context.Length == candidate.Context.Length;
        for (int i = 0; same && i < live.Context.Length; i++)
        {
            same = live.Context[i].Name == candidate.Context[i].Name
                && Same(live.Context[i].Labels, candidate.Context[i].Labels);
        }

        if (!same)
        {
            faults.Add("its context differs");
        }
    }

    private static void CompareHeads(ModelManifest live, ModelManifest candidate, List<string> faults)
    {
        if (live.Heads.Length != candidate.Heads.Length)
        {
            faults.Add($"it has {candidate.Heads.Length} heads, not {live.Heads.Length}");
            return;
        }

        for (int i = 0; i < live.Heads.Length; i++)
        {
            ModelHead a = live.Heads[i];
            ModelHead b = candidate.Heads[i];
            if (a.Name != b.Name || a.Kind != b.Kind || !Same(a.Labels, b.Labels) || !Same(a.Units, b.Units)
                || a.PerModalityTensor is null != b.PerModalityTensor is null)
            {
                faults.Add($"its head '{b.Name}' has other labels, units or outputs than '{a.Name}'");
            }
        }
    }

    private static string Describe(ModelInput input) => $"{input.Kind} {input.Type} [{string.Join(',', input.Shape)}]";

    private static bool Same<T>(ImmutableArray<T> a, ImmutableArray<T> b) => a.AsSpan().SequenceEqual(b.AsSpan());
}
