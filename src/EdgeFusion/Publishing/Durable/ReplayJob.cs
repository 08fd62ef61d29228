namespace EdgeFusion.Publishing.Durable;

/// <summary>A range of messages that a subscriber has asked for again.</summary>
/// <param name="ResponseTopic">Where to send them.</param>
/// <param name="Correlation">Sent back with each; the subscriber's.</param>
/// <param name="Topic">Only messages of this topic; null for all.</param>
/// <param name="Epoch">The run.</param>
/// <param name="From">First number.</param>
/// <param name="To">Last number, inclusive.</param>
internal sealed record ReplayJob(
    string ResponseTopic, ReadOnlyMemory<byte> Correlation, string? Topic, long Epoch, long From, long To)
{
    /// <summary>Where to go on.</summary>
    public LogCursor Cursor;

    /// <summary>Messages sent so far.</summary>
    public long Sent { get; set; }

    /// <summary>Messages not sent because they still wait to be sent to their own topic.</summary>
    public long Waiting { get; set; }

    /// <summary>Whether a record belongs to the range; its topic is compared by the caller.</summary>
    public bool Wants(in RecordHeader record) => record.Kind == RecordKind.Message && record.HasKey
        && record.Epoch == Epoch && record.Sequence >= From && record.Sequence <= To;
}
