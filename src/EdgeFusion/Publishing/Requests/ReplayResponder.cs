using EdgeFusion.Publishing.Durable;
using EdgeFusion.Time;

namespace EdgeFusion.Publishing.Requests;

/// <summary>Answers subscribers that ask for a range again. Everything else that comes is refused, and counted.
/// </summary>
/// <remarks>
/// A request comes from anybody whom the broker lets through, so: nothing retained, nothing large, nothing that the
/// schema does not know, few at a time; and the answer goes below the node's own replay topic only, so that nobody can
/// have the node write elsewhere. <b>Threading.</b> The outbox's thread; <see cref="Rejected"/>: any.
/// </remarks>
internal sealed class ReplayResponder : IInbox
{
    /// <summary>Most bytes of a request.</summary>
    public const int MaxPayload = 4096;

    private const int RequestsPerSecond = 20;

    private readonly Outbox _outbox;
    private readonly NodeTopics _topics;
    private readonly PipelineClock _clock;
    private readonly BacklogRate _rate = new(RequestsPerSecond);
    private long _rejected;

    public ReplayResponder(Outbox outbox, NodeTopics topics, PipelineClock clock)
    {
        _outbox = outbox;
        _topics = topics;
        _clock = clock;
    }

    /// <summary>Requests refused.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    public void Received(InboundMessage message)
    {
        if (!TryServe(message))
        {
            Interlocked.Increment(ref _rejected);
        }
    }

    private bool TryServe(InboundMessage message)
    {
        if (message.IsRetained || message.Payload.Length > MaxPayload || !_rate.IsOpen(_clock.Now))
        {
            return false;
        }

        _rate.Count();
        if (ReplayRequest.TryParse(message.Payload.Span) is not { } request)
        {
            return false;
        }

        var reply = ReplyAddress.Of(message, request.ResponseTopic, request.Correlation);
        return reply.Topic is { } topic && topic != _topics.ReplayRequest
            && ReplyAddress.IsAllowed(topic, _topics.ReplayPrefix)
            && reply.Correlation.Length <= ReplyAddress.MaxCorrelation
            && _outbox.TryReplay(new ReplayJob(reply, request));
    }
}
