using EdgeFusion.Models;
using EdgeFusion.Publishing.Policies;

namespace EdgeFusion.Publishing.HomeAssistant;

/// <summary>Announces a node to Home Assistant, again on each connection and when Home Assistant starts.</summary>
/// <remarks>The announcement is retained state of the outbox, which repeats it on each connection by itself.
/// <b>Threading.</b> <see cref="Received"/> on the outbox's thread.</remarks>
public sealed class HomeAssistantDiscovery : IInbox
{
    private readonly Outbox _outbox;
    private readonly PublishMessage _message;
    private readonly string _status;

    private HomeAssistantDiscovery(Outbox outbox, in PublishMessage message, string status)
    {
        _outbox = outbox;
        _message = message;
        _status = status;
    }

    /// <summary>Announces, or takes the announcement back. Call before the outbox is started.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="sensors">The sensors to tell about.</param>
    /// <param name="outbox">Where the announcement goes.</param>
    /// <param name="publishing">How predictions are published: in JSON.</param>
    /// <param name="options">Prefix.</param>
    /// <exception cref="ConfigurationException">Predictions are not in JSON.</exception>
    public static HomeAssistantDiscovery Announce(
        ModelManifest manifest, IReadOnlyList<ISensorHealth> sensors, Outbox outbox,
        PredictionPublisherOptions publishing, HomeAssistantOptions options)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(sensors);
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(publishing);
        ArgumentNullException.ThrowIfNull(options);
        if (publishing.Encoding != PayloadEncoding.Json)
        {
            throw new ConfigurationException(
                "Home Assistant reads predictions in JSON only: leave the format at json.");
        }

        string prefix = TopicName.Path(options.Prefix);
        using var payload = new DiscoveryPayload(
            manifest, HeadGates.Find(manifest, publishing.Heads), sensors,
            new NodeTopics(publishing.Node, publishing.Prefix), publishing);
        var discovery = new HomeAssistantDiscovery(
            outbox,
            new PublishMessage(
                $"{prefix}/device/{payload.DeviceId}/config", options.Remove ? default : payload.Write(),
                QualityOfService.AtLeastOnce, true, TimeSpan.Zero, PublishMessage.Json),
            prefix + "/status");
        discovery.Send();
        if (!options.Remove)
        {
            outbox.Listen(discovery._status, discovery);
        }

        return discovery;
    }

    /// <inheritdoc/>
    public void Received(InboundMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Topic == _status && message.Payload.Span.SequenceEqual("online"u8))
        {
            Send();
        }
    }

    private void Send() => _outbox.Enqueue(_message, OutboxPolicy.KeepLast);
}
