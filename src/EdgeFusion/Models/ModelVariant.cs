namespace EdgeFusion.Models;

/// <summary>The same graph in another precision; inputs and outputs keep their types.</summary>
/// <param name="Precision">"fp16" or "int8".</param>
/// <param name="File">File name of the graph, beside the manifest.</param>
/// <param name="Sha256">SHA-256 of that file in lower-case hex.</param>
public sealed record ModelVariant(string Precision, string File, string Sha256);
