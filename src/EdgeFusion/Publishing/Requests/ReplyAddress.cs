namespace EdgeFusion.Publishing.Requests;

/// <summary>Where the answer to a request goes, and what belongs into it.</summary>
/// <param name="Topic">Where to; null for nowhere.</param>
/// <param name="Correlation">Goes back beside the answer, where the protocol has a place for it.</param>
/// <param name="CorrelationText">Goes back inside the answer; null for nothing.</param>
internal readonly record struct ReplyAddress(
    string? Topic, ReadOnlyMemory<byte> Correlation, string? CorrelationText)
{
    /// <summary>Most bytes of correlation data, and most characters of a correlation text.</summary>
    public const int MaxCorrelation = 256;

    private const int MaxTopic = 256;

    /// <summary>The address of a request: what stands beside it counts before what stands inside.</summary>
    /// <param name="message">The request as it came.</param>
    /// <param name="topicInside">The response topic in its payload; for senders whose protocol has no other place for
    /// it.</param>
    /// <param name="correlationInside">The correlation in its payload.</param>
    public static ReplyAddress Of(InboundMessage message, string? topicInside, string? correlationInside) =>
        new(message.ResponseTopic ?? topicInside, message.Correlation, correlationInside);

    /// <summary>
    /// Whether a request may have its answer there: below a prefix of this node, without wildcards and characters that
    /// have no business in a topic, so that nobody can have the node write elsewhere.
    /// </summary>
    public static bool IsAllowed(string topic, string prefix)
    {
        if (topic.Length > MaxTopic || topic.Length == prefix.Length
            || !topic.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (char letter in topic)
        {
            if (letter != '/' && TopicName.IsIllegal(letter))
            {
                return false;
            }
        }

        return true;
    }
}
