using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>What <see cref="OnnxModelScan"/> found in a model file.</summary>
public sealed record OnnxGraph
{
    /// <summary>Operator set of the default domain.</summary>
    public required int Opset { get; init; }

    /// <summary>Inputs that a caller must feed; initializers listed as inputs are left out.</summary>
    public required ImmutableArray<OnnxTensor> Inputs { get; init; }

    /// <summary>Outputs.</summary>
    public required ImmutableArray<OnnxTensor> Outputs { get; init; }

    /// <summary>Number of operators, those of nested graphs and functions included.</summary>
    public required int NodeCount { get; init; }

    /// <summary>The tool that wrote the file, as it says; may be empty.</summary>
    public required string Producer { get; init; }

    /// <summary>Looks a tensor up by name; null where there is none.</summary>
    public static OnnxTensor? Find(ImmutableArray<OnnxTensor> tensors, string name)
    {
        foreach (OnnxTensor tensor in tensors)
        {
            if (tensor.Name == name)
            {
                return tensor;
            }
        }

        return null;
    }
}
