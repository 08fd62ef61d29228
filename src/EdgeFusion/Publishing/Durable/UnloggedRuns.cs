namespace EdgeFusion.Publishing.Durable;

/// <summary>How far each topic has come, and which of its messages the disk did not take.</summary>
/// <remarks>Bounded. <b>Threading.</b> Under the store's lock.</remarks>
internal sealed class UnloggedRuns
{
    private readonly Dictionary<string, MessageKey> _last = new(StringComparer.Ordinal);

    /// <summary>What went through memory and does not stand in the log as such yet, oldest first.</summary>
    public List<GapRange> Ranges { get; } = new(GapLedger.MaxRanges);

    /// <summary>A message has been taken.</summary>
    public void Note(in PublishMessage message, bool isLogged)
    {
        if (message.Key is not { } key)
        {
            return;
        }

        _last[message.Topic] = key;
        if (!isLogged)
        {
            GapLedger.Merge(
                Ranges, new GapRange(message.Topic, key.Epoch, key.Sequence, key.Sequence, GapReason.Full));
        }
    }

    /// <summary>The last number that a request can be about; earlier runs come to no more.</summary>
    public long LastOf(ReplayRequest request) =>
        request.Topic is { } topic && _last.TryGetValue(topic, out MessageKey key) && key.Epoch == request.Epoch
            ? key.Sequence
            : long.MaxValue;
}
