using EdgeFusion.Publishing;

namespace EdgeFusion.Testing.Publishing;

/// <summary>A message as a broker has seen it.</summary>
public sealed record ReceivedMessage(
    string Topic, string Payload, QualityOfService Quality, bool Retain, TimeSpan Expiry);
