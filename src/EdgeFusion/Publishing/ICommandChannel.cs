namespace EdgeFusion.Publishing;

/// <summary>A transport that can also receive; implemented by publishers beside <see cref="IPublisher"/>.</summary>
/// <remarks><b>Threading.</b> That of the publisher: messages are passed on inside <see cref="IPublisher.Pump"/>.
/// </remarks>
public interface ICommandChannel
{
    /// <summary>Messages taken from the broker and dropped because they were too large or too many at once.</summary>
    long Overrun { get; }

    /// <summary>Why the broker refused to let this client listen; null where it did not.</summary>
    string? Unsubscribed { get; }

    /// <summary>Says what to receive; asked for at least once on each connection. Call before the first one.</summary>
    /// <param name="filters">Topics, wildcards allowed.</param>
    /// <param name="inbox">Where messages go.</param>
    /// <param name="retained">Whether the broker shall send what it keeps.</param>
    void Listen(IReadOnlyList<string> filters, IInbox inbox, bool retained);
}
