using System.Collections.Immutable;
using EdgeFusion.Models;

namespace EdgeFusion.Worker.Evaluation;

/// <summary>A subset of the sensors to evaluate with.</summary>
/// <param name="Name">"all", "without-ROLE" or "only-ROLE".</param>
/// <param name="Keep">Per input of the model whether it stays.</param>
internal sealed record EvaluationMask(string Name, ImmutableArray<bool> Keep)
{
    /// <summary>The kinds of masks that can be asked for.</summary>
    public static readonly string[] Kinds = ["full", "leave-one-out", "only-one", "every"];

    /// <summary>The masks of a kind for a model.</summary>
    /// <exception cref="ModelException">The model has no mask, and the kind needs one.</exception>
    public static ImmutableArray<EvaluationMask> Of(ModelManifest manifest, string kind)
    {
        if (kind != "full" && manifest.Mask is null)
        {
            throw new ModelException(
                $"Model '{manifest.Name}' has no mask input: it cannot do without a sensor. Use --masks full.");
        }

        ImmutableArray<EvaluationMask>.Builder masks = ImmutableArray.CreateBuilder<EvaluationMask>();
        if (kind is "full" or "every")
        {
            masks.Add(new EvaluationMask("all", [.. manifest.Inputs.Select(_ => true)]));
        }

        foreach (ModelInput role in kind is "leave-one-out" or "every" ? manifest.Inputs : [])
        {
            masks.Add(new EvaluationMask(
                "without-" + role.Modality, [.. manifest.Inputs.Select(input => input != role)]));
        }

        foreach (ModelInput role in kind is "only-one" or "every" ? manifest.Inputs : [])
        {
            masks.Add(new EvaluationMask(
                "only-" + role.Modality, [.. manifest.Inputs.Select(input => input == role)]));
        }

        return masks.ToImmutable();
    }
}
