namespace EdgeFusion.Publishing;

/// <summary>Takes messages from a broker.</summary>
public interface IInbox
{
    /// <summary>A message has come. Must not throw: it comes from somebody else.</summary>
    void Received(InboundMessage message);
}
