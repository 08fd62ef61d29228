using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>The encoder graph of one modality.</summary>
/// <param name="Modality">Modality of the model's input that it encodes.</param>
/// <param name="File">File name of the graph, beside the manifest.</param>
/// <param name="Sha256">SHA-256 of that file in lower-case hex.</param>
/// <param name="Inputs">Tensors of the model's inputs that it takes.</param>
/// <param name="Outputs">Token tensors that it gives and the fusing graph takes.</param>
public sealed record SplitEncoder(
    string Modality, string File, string Sha256, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs);
