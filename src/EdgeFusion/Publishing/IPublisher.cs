namespace EdgeFusion.Publishing;

/// <summary>A transport that publishes messages to a broker.</summary>
/// <remarks>
/// <para>One connection attempt per <see cref="Connect"/>; no retry, no queue, no thread: the outbox above it owns all
/// three, and repeats what was not acknowledged when a connection broke.</para>
/// <para><b>Contract</b> (PublisherContract in EdgeFusion.Testing).</para>
/// <para><b>Threading.</b> One thread at a time, except <see cref="Wake"/>, which any thread may call.</para>
/// </remarks>
public interface IPublisher : IDisposable
{
    /// <summary>Where it publishes, for messages: scheme, host and port; without secrets.</summary>
    string Target { get; }

    /// <summary>Whether the last <see cref="Connect"/> succeeded and the connection has not been lost since.</summary>
    bool IsConnected { get; }

    /// <summary>Messages of <see cref="QualityOfService.AtLeastOnce"/> handed over and not yet acknowledged.</summary>
    int InFlight { get; }

    /// <summary>Why the last message that was refused was refused, in words; null where none was.</summary>
    string? Refusal { get; }

    /// <summary>Connects once. What was in flight on an earlier connection is forgotten.</summary>
    /// <param name="will">What the broker shall publish when the connection breaks off; null for nothing.</param>
    /// <param name="timeout">Longest time to wait for the broker's answer.</param>
    /// <param name="stopping">Ends the attempt.</param>
    /// <exception cref="TransportException">Refused, unreachable or timed out; the message says which and what to do.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="stopping"/> was cancelled.</exception>
    void Connect(PublishMessage? will, TimeSpan timeout, CancellationToken stopping);

    /// <summary>Hands a message over. Never blocks.</summary>
    /// <param name="message">The message; its payload is read during the call only.</param>
    /// <param name="ticket">The caller's number for it; comes back in <see cref="IPublishReceipts"/> for
    /// <see cref="QualityOfService.AtLeastOnce"/>.</param>
    /// <exception cref="TransportException">The connection is lost.</exception>
    HandOver TryPublish(in PublishMessage message, long ticket);

    /// <summary>
    /// Lets the transport send, receive acknowledgements and keep the connection alive. Returns early when something
    /// was received, or on <see cref="Wake"/>.
    /// </summary>
    /// <param name="wait">Longest time to wait for something to happen.</param>
    /// <param name="receipts">Told of each acknowledgement, during the call.</param>
    /// <exception cref="TransportException">The connection is lost.</exception>
    void Pump(TimeSpan wait, IPublishReceipts receipts);

    /// <summary>Ends the <see cref="Pump"/> that is waiting, or else the next one. Any thread, never blocks.</summary>
    void Wake();

    /// <summary>Ends the connection cleanly, so that no last will is sent. Does nothing where there is none. Never
    /// blocks.</summary>
    void Disconnect();
}
