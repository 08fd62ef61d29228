namespace EdgeFusion.Publishing;

/// <summary>Takes the broker's answers to messages that were handed over.</summary>
/// <remarks><b>Threading.</b> Called inside <see cref="IPublisher.Pump"/>, on its caller's thread.</remarks>
public interface IPublishReceipts
{
    /// <summary>The broker answered a message of <see cref="QualityOfService.AtLeastOnce"/>.</summary>
    /// <param name="ticket">The number given to <see cref="IPublisher.TryPublish"/>.</param>
    /// <param name="outcome">What became of it.</param>
    void Acknowledged(long ticket, PublishOutcome outcome);
}

/// <summary>The broker's answer to one message.</summary>
public enum PublishOutcome
{
    /// <summary>Accepted.</summary>
    Accepted,

    /// <summary>Accepted, but nobody subscribes to the topic at the moment (reason 0x10).</summary>
    Unheard,

    /// <summary>Refused (reason 0x80 and above: not authorized, quota ...); sending it again would not help.</summary>
    Refused,
}

/// <summary>Result of handing a message to a publisher.</summary>
public enum HandOver
{
    /// <summary>Taken.</summary>
    Taken,

    /// <summary>The flight window or the transport's buffer is full: pump and try again.</summary>
    Busy,

    /// <summary>This message can never be sent: too large for the broker, or an illegal topic.</summary>
    Refused,
}
