namespace EdgeFusion.Publishing;

/// <summary>A message from a broker; its memory is the receiver's to keep.</summary>
/// <param name="Topic">Where it was published.</param>
/// <param name="Payload">Content.</param>
/// <param name="IsRetained">Whether the broker had kept it, so that it may be old.</param>
/// <param name="ResponseTopic">Where its sender wants an answer; null for nowhere.</param>
/// <param name="Correlation">What belongs into the answer.</param>
public sealed record InboundMessage(
    string Topic, ReadOnlyMemory<byte> Payload, bool IsRetained, string? ResponseTopic,
    ReadOnlyMemory<byte> Correlation);
