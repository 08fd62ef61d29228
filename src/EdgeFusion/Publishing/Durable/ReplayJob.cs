using EdgeFusion.Publishing.Requests;

namespace EdgeFusion.Publishing.Durable;

/// <summary>A range of messages that a subscriber has asked for again.</summary>
/// <param name="Reply">Where to send them.</param>
/// <param name="Request">What is wanted.</param>
internal sealed record ReplayJob(ReplyAddress Reply, ReplayRequest Request)
{
    /// <summary>Where to go on.</summary>
    public LogCursor Cursor;

    /// <summary>Messages sent so far.</summary>
    public long Sent { get; set; }

    /// <summary>Messages not sent because they still wait to be sent to their own topic.</summary>
    public long Waiting { get; set; }

    /// <summary>Whether a record belongs to the range; its topic is compared by the caller.</summary>
    public bool Wants(in RecordHeader record) => record.Kind == RecordKind.Message && record.HasKey
        && record.Epoch == Request.Epoch && record.Sequence >= Request.From && record.Sequence <= Request.To;
}
