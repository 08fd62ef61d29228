using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>
/// The same model cut in two: one encoder graph per modality and one graph that fuses their tokens. Together they give
/// the answers of the whole graph; an encoder need not run where its modality is absent.
/// </summary>
/// <param name="Encoders">One per input of the model, in any order.</param>
/// <param name="FusionFile">File name of the fusing graph: tokens, mask and context in, the model's answers
/// out.</param>
/// <param name="FusionSha256">SHA-256 of that file in lower-case hex.</param>
public sealed record SplitGraphs(ImmutableArray<SplitEncoder> Encoders, string FusionFile, string FusionSha256);
