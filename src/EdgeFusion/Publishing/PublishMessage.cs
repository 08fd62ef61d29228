namespace EdgeFusion.Publishing;

/// <summary>Delivery guarantee asked of the transport.</summary>
public enum QualityOfService
{
    /// <summary>Handed to the network once.</summary>
    AtMostOnce = 0,

    /// <summary>Repeated until acknowledged.</summary>
    AtLeastOnce = 1,
}

/// <summary>One message to publish.</summary>
/// <param name="Topic">Topic without wildcards; see <see cref="TopicName"/>.</param>
/// <param name="Payload">Content; read only during the call that it is given to.</param>
/// <param name="Quality">Delivery guarantee.</param>
/// <param name="Retain">Whether the broker keeps it for later subscribers.</param>
/// <param name="Expiry">How long it is worth delivering; zero = for ever.</param>
/// <param name="ContentType">Media type of the payload, e.g. application/json.</param>
public readonly record struct PublishMessage(
    string Topic, ReadOnlyMemory<byte> Payload, QualityOfService Quality, bool Retain, TimeSpan Expiry,
    string ContentType)
{
    /// <summary>Media type of all payloads but predictions in CBOR.</summary>
    public const string Json = "application/json";

    /// <summary>Media type of predictions in CBOR.</summary>
    public const string Cbor = "application/cbor";

    /// <summary>What makes it unique on its topic; null where nobody could miss it.</summary>
    public MessageKey? Key { get; init; }

    /// <summary>Where an answer is expected; null for none.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>Goes with a request and comes back with each answer; kept by reference, so do not change it.</summary>
    public ReadOnlyMemory<byte> Correlation { get; init; }
}
