namespace EdgeFusion.Publishing;

/// <summary>What a <see cref="PredictionFormat"/> writes.</summary>
public sealed record PredictionFormatOptions
{
    /// <summary>Name of this node; empty leaves the field out.</summary>
    public string Node { get; init; } = "";

    /// <summary>JSON (default) or CBOR.</summary>
    public PayloadEncoding Encoding { get; init; }

    /// <summary>
    /// Whether to write what differs from run to run: epoch, publishing time and latencies. False makes a replay's
    /// output byte-identical across runs and machines. Default true.
    /// </summary>
    public bool IncludeTiming { get; init; } = true;

    /// <summary>Whether to write the engine's provider, device and precision. Default true.</summary>
    public bool IncludeEngine { get; init; } = true;

    /// <summary>Whether a whole prediction carries the embedding. Default false.</summary>
    public bool IncludeEmbedding { get; init; }
}
