namespace EdgeFusion.Recording.Mcap;

/// <summary>Reads the messages of several files by log time. A file is opened when its time comes.</summary>
internal sealed class McapMergedMessages : McapMessageReader
{
    private readonly McapPart[] _parts;
    private readonly McapMessageFilter _filter;
    private readonly McapMessageUnpacker? _unpacker;
    private readonly PriorityQueue<Reading, (ulong Time, int Part)> _open = new();
    private readonly McapLosses _losses = new();
    private ulong _from;
    private int _next;
    private Reading? _current;

    /// <param name="parts">The files, by their start.</param>
    /// <param name="filter">What to read.</param>
    /// <param name="unpacker">For messages that are compressed one by one; null where they are not.</param>
    public McapMergedMessages(
        McapPart[] parts, McapMessageFilter filter, McapMessageUnpacker? unpacker)
    {
        (_parts, _filter, _unpacker, _from) = (parts, filter, unpacker, filter.FromTime);
    }

    public override McapLosses Losses
    {
        get
        {
            var all = new McapLosses();
            all.Add(_losses);
            if (_current is not null)
                all.Add(_current.Messages.Losses);
            foreach (var (reading, _) in _open.UnorderedItems)
                all.Add(reading.Messages.Losses);
            return all;
        }
    }

    public override McapMessage Current
    {
        get
        {
            var (part, messages) = _current ?? throw NoCurrent();
            var message = messages.Current;
            var bound = part.ChannelOf(message.Channel);
            var header = new McapMessageHeader(
                bound.Channel.Id, message.Sequence, message.LogTime, message.PublishTime);
            return new McapMessage(
                bound.Channel, bound.Schema, header,
                _unpacker is null ? message.Data : _unpacker.Unpack(message.Data));
        }
    }

    public override void Seek(ulong logTime)
    {
        _open.Clear();
        _current = null;
        _next = 0;
        _from = Math.Max(_filter.FromTime, logTime);
    }

    public override bool MoveNext()
    {
        if (_current is { } current)
            Queue(current);
        _current = null;
        for (; _next < _parts.Length; _next++)
        {
            var part = _parts[_next];
            if (part.File.StartTime is not { } start || part.File.EndTime < _from)
                continue;
            if (start > _filter.ToTime || (_open.TryPeek(out _, out var earliest) && start > earliest.Time))
                break;
            Queue(new Reading(part, part.File.ReadMessages(_filter with { FromTime = _from })));
        }

        return _open.TryDequeue(out _current, out _);
    }

    private void Queue(Reading reading)
    {
        if (reading.Messages.MoveNext())
            _open.Enqueue(reading, (reading.Messages.Current.LogTime, reading.Part.Number));
        else
            _losses.Add(reading.Messages.Losses);
    }

    private sealed record Reading(McapPart Part, McapMessageReader Messages);
}
