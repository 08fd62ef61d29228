namespace EdgeFusion.Publishing;

/// <summary>What the outbox says about itself: on each connection, at a clean stop, and through the broker's last
/// will.</summary>
/// <param name="Online">Published first on each connection.</param>
/// <param name="Stopped">Published last at a clean stop.</param>
/// <param name="Lost">Left with the broker for the case that the connection breaks off.</param>
public sealed record StatusMessages(PublishMessage Online, PublishMessage Stopped, PublishMessage Lost);
