using System.Text.Json;

namespace EdgeFusion.Publishing;

/// <summary>What the outbox says about itself: on each connection, at a clean stop, and through the broker's last
/// will.</summary>
/// <param name="Online">Published first on each connection.</param>
/// <param name="Stopped">Published last at a clean stop.</param>
/// <param name="Lost">Left with the broker for the case that the connection breaks off.</param>
public sealed record StatusMessages(PublishMessage Online, PublishMessage Stopped, PublishMessage Lost)
{
    /// <summary>The three messages of a node: retained, at least once, without expiry.</summary>
    /// <param name="topics">The node's topics.</param>
    /// <param name="node">Name of the node, as it stands in payloads.</param>
    /// <param name="epoch">The run's epoch.</param>
    /// <param name="version">Version of the product.</param>
    public static StatusMessages Create(NodeTopics topics, string node, long epoch, string version)
    {
        ArgumentNullException.ThrowIfNull(topics);
        PublishMessage Message(string state) => new(
            topics.Status,
            JsonSerializer.SerializeToUtf8Bytes(
                new StatusPayload(
                    PredictionFormat.SchemaVersion, node, state, PredictionFormat.EpochText(epoch), version),
                PayloadContext.Default.StatusPayload),
            QualityOfService.AtLeastOnce, true, TimeSpan.Zero, PublishMessage.Json);

        return new StatusMessages(Message("online"), Message("stopped"), Message("lost"));
    }
}
