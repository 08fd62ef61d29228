using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>One bridge's way of talking, over one connection.</summary>
internal interface IRosConversation
{
    /// <summary>The decoder of the topic; null until the topic is known.</summary>
    RosDecoder? Decoder { get; }

    /// <summary>Why nothing may have come so far.</summary>
    string Trouble { get; }

    /// <summary>Takes a message of the bridge.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="isBinary">Whether it is binary.</param>
    /// <param name="payload">The topic's message, where it is one; points into <paramref name="message"/>.</param>
    /// <param name="logTime">When the bridge got it; 0 = not known.</param>
    /// <returns>True for a message of the topic.</returns>
    bool Take(ReadOnlySpan<byte> message, bool isBinary, out ReadOnlySpan<byte> payload, out Timestamp logTime);
}
