using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>The checked graphs of a split model.</summary>
/// <param name="Encoders">In the order of <see cref="SplitGraphs.Encoders"/>.</param>
/// <param name="Fusion">The fusing graph.</param>
public sealed record SplitBundle(ImmutableArray<BundleGraph> Encoders, BundleGraph Fusion);
