using System.Collections;
using EdgeFusion.Publishing.Requests;

namespace EdgeFusion.Publishing.Durable;

/// <summary>A range of messages that a subscriber has asked for again.</summary>
/// <param name="Reply">Where to send them.</param>
/// <param name="Request">What is wanted.</param>
internal sealed record ReplayJob(ReplyAddress Reply, ReplayRequest Request)
{
    /// <summary>Ranges that one answer names as gone; the rest is found out by asking again.</summary>
    private const int MostGone = 256;

    private readonly Dictionary<string, BitArray> _found = new(StringComparer.Ordinal);
    private bool _isMemoryCounted;

    /// <summary>Where to go on in the log.</summary>
    public LogCursor Cursor;

    /// <summary>Where to go on among what memory has kept; null for its begin.</summary>
    public OutboxEntry? LastSent { get; set; }

    /// <summary>The number of <see cref="LastSent"/>, which the entry loses when it is used anew.</summary>
    public long LastTicket { get; set; }

    /// <summary>The last number there was when the request came; the largest number for a run that is over.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Messages sent so far.</summary>
    public long Sent { get; set; }

    /// <summary>Messages not sent because they still wait to be sent to their own topic.</summary>
    public long Waiting { get; set; }

    /// <summary>Notes that the node has a message of the range; each topic counts for itself.</summary>
    /// <returns>False where that was known.</returns>
    public bool Find(in PublishMessage message)
    {
        if (!_found.TryGetValue(message.Topic, out BitArray? numbers))
        {
            numbers = new BitArray((int)(Request.To - Request.From + 1));
            _found.Add(message.Topic, numbers);
        }

        int place = (int)(message.Key!.Value.Sequence - Request.From);
        bool isNew = !numbers[place];
        numbers[place] = true;
        return isNew;
    }

    /// <summary>Whether a message belongs to the range.</summary>
    public bool Wants(in PublishMessage message) => message.Key is { } key && Wants(key)
        && (Request.Topic is null || Request.Topic == message.Topic);

    /// <summary>Counts, at the first call, what is in memory and will come to its own topic yet.</summary>
    public void CountWaiting(params ReadOnlySpan<LinkedList<OutboxEntry>> lists)
    {
        if (_isMemoryCounted)
        {
            return;
        }

        _isMemoryCounted = true;
        foreach (LinkedList<OutboxEntry> entries in lists)
        {
            foreach (OutboxEntry entry in entries)
            {
                Waiting += Wants(entry.Message) && Find(entry.Message) ? 1 : 0;
            }
        }
    }

    /// <summary>A message to the one who asked.</summary>
    public PublishMessage Address(in PublishMessage message) =>
        message with { Topic = Reply.Topic!, Correlation = Reply.Correlation };

    /// <summary>What the node has not any more; nothing where several topics were asked for, which count each for
    /// itself.</summary>
    public IEnumerable<(long From, long To)> Gone()
    {
        if (Request.Topic is not { } topic)
        {
            yield break;
        }

        BitArray? found = _found.GetValueOrDefault(topic);
        long end = Math.Min(Request.To, Limit) + 1;
        int told = 0;
        for (long from = Request.From; from < end && told < MostGone; from++)
        {
            long to = from;
            while (to < end && found?[(int)(to - Request.From)] != true)
            {
                to++;
            }

            if (to > from)
            {
                told++;
                yield return (from, to - 1);
                from = to;
            }
        }
    }

    /// <summary>Whether a record may belong to the range; its topic has to be read for the rest.</summary>
    public bool Wants(in RecordHeader record) =>
        record.Kind == RecordKind.Message && record.Key is { } key && Wants(key);

    private bool Wants(in MessageKey key) => key.Epoch == Request.Epoch
        && key.Sequence >= Request.From && key.Sequence <= Request.To;
}
