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
/// <param name="Topic">Topic without wildcards.</param>
/// <param name="Payload">Content; the publisher reads it only during the call.</param>
/// <param name="Quality">Delivery guarantee.</param>
/// <param name="Retain">Whether the broker keeps it for later subscribers.</param>
/// <param name="Expiry">How long it is worth delivering; zero = for ever.</param>
/// <param name="ContentType">Media type of the payload, e.g. application/json.</param>
public readonly record struct PublishMessage(
    string Topic, ReadOnlyMemory<byte> Payload, QualityOfService Quality, bool Retain, TimeSpan Expiry,
    string ContentType);

/// <summary>A transport that publishes messages to a broker.</summary>
/// <remarks>
/// <para>One connection attempt per <see cref="Connect"/>; no retry, no queue: the outbox above it owns both.</para>
/// <para><b>Threading.</b> One thread at a time.</para>
/// </remarks>
public interface IPublisher : IDisposable
{
    /// <summary>Where it publishes, for messages: scheme, host and port; without secrets.</summary>
    string Target { get; }

    /// <summary>Whether the last <see cref="Connect"/> succeeded and the connection has not been lost since.</summary>
    bool IsConnected { get; }

    /// <summary>Messages of <see cref="QualityOfService.AtLeastOnce"/> handed over and not yet acknowledged.</summary>
    int InFlight { get; }

    /// <summary>Messages acknowledged although nobody subscribed, where the broker says so.</summary>
    long Unheard { get; }

    /// <summary>Connects once.</summary>
    /// <param name="timeout">Longest time to wait for the broker's answer.</param>
    /// <param name="stopping">Ends the attempt.</param>
    /// <exception cref="TransportException">Refused, unreachable or timed out; the message says which and what to do.</exception>
    void Connect(TimeSpan timeout, CancellationToken stopping);

    /// <summary>Hands a message over.</summary>
    /// <returns>False where the flight window is full: call <see cref="Pump"/> and try again.</returns>
    /// <exception cref="TransportException">The connection is lost, or the broker cannot take the message.</exception>
    bool TryPublish(in PublishMessage message);

    /// <summary>Lets the transport send, receive acknowledgements and keep the connection alive.</summary>
    /// <param name="wait">Longest time to wait for something to happen.</param>
    /// <exception cref="TransportException">The connection is lost.</exception>
    void Pump(TimeSpan wait);

    /// <summary>Ends the connection cleanly, so that no last will is sent. Does nothing where there is none.</summary>
    void Disconnect();
}
