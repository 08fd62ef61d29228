namespace EdgeFusion.Models;

/// <summary>One checked graph of a bundle.</summary>
/// <param name="Sha256">Of the file, in lower-case hex.</param>
/// <param name="Graph">What the graph declares.</param>
/// <param name="Content">The file, exactly as hashed.</param>
public sealed record BundleGraph(string Sha256, OnnxGraph Graph, ReadOnlyMemory<byte> Content);
