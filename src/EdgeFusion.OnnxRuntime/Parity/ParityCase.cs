using System.Collections.Immutable;

namespace EdgeFusion.OnnxRuntime.Parity;

/// <summary>One synthetic window of a parity file.</summary>
/// <param name="Name">What is special about it, e.g. "without 2".</param>
/// <param name="Mask">1 per input that is present.</param>
/// <param name="Outputs">What the training framework answered: output tensor to values, row by row.</param>
public sealed record ParityCase(
    string Name, ImmutableArray<float> Mask, ImmutableDictionary<string, ImmutableArray<float>> Outputs)
{
    /// <summary>Label number per tensor of a context input; -1 or absent = unknown.</summary>
    public ImmutableDictionary<string, int> Context { get; init; } = ImmutableDictionary<string, int>.Empty;
}
