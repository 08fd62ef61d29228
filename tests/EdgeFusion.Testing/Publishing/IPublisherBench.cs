using EdgeFusion.Publishing;

namespace EdgeFusion.Testing.Publishing;

/// <summary>A publisher, its broker and a subscriber of everything.</summary>
public interface IPublisherBench : IDisposable
{
    /// <summary>The publisher; not connected.</summary>
    IPublisher Publisher { get; }

    /// <summary>What the subscriber has got so far.</summary>
    IReadOnlyList<ReceivedMessage> Received { get; }

    /// <summary>Ends the broker.</summary>
    void StopBroker();

    /// <summary>Breaks the publisher's connection as a crash of its process or network would.</summary>
    void BreakConnection();

    /// <summary>Waits on the subscriber, with a generous limit.</summary>
    void WaitUntil(Func<bool> condition);
}
