namespace EdgeFusion.Recording.Mcap;

/// <summary>A named map of strings.</summary>
/// <param name="Name">Name, such as "edgefusion".</param>
/// <param name="Metadata">The map, in the order of the file.</param>
public sealed record McapMetadata(string Name, IReadOnlyDictionary<string, string> Metadata);
