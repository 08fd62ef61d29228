using System.Diagnostics;

namespace EdgeFusion.Recording.Mcap;

/// <summary>Reads the messages of one file by log time, across overlapping chunks.</summary>
internal sealed class McapFileMessages : McapMessageReader
{
    private readonly McapContents _contents;
    private readonly McapMessageFilter _filter;
    private readonly McapChunkCache _cache;
    private readonly PriorityQueue<McapChunkSlot, (ulong Time, long Offset)> _open = new();
    private int _next;

    /// <summary>Chunk of the current message; null before the first and after the last.</summary>
    private McapChunkSlot? _slot;
    private ulong _fence;
    private McapBoundChannel? _bound;
    private McapMessageHeader _header;

    internal McapFileMessages(
        McapSource source, McapContents contents, McapReadOptions options, McapMessageFilter filter)
    {
        _contents = contents;
        _filter = filter;
        _cache = new McapChunkCache(source, contents, options, filter);
        Source = source;
    }

    public override McapLosses Losses => _cache.Losses;

    public override McapMessage Current => _slot is { } slot
        ? new McapMessage(
            _bound!.Channel, _bound.Schema, _header,
            slot.BodyOf(slot.Entries[slot.Position])[McapFormat.MessageHeaderBytes..])
        : throw NoCurrent();

    private McapSource Source { get; }

    public override void Seek(ulong logTime)
    {
        _open.Clear();
        _cache.FreeAll();
        _cache.FromTime = Math.Max(_filter.FromTime, logTime);
        _next = 0;
        _slot = null;
    }

    public override bool MoveNext()
    {
        if (_slot is { } slot)
        {
            slot.Position++;
            if (slot.Position < slot.Entries.Length || _cache.Refill(slot))
            {
                var time = slot.Entries[slot.Position].LogTime;
                // Below the fence no other chunk can have anything to say: the common case costs one comparison.
                if (time < _fence)
                    return Settle(slot);
                _open.Enqueue(slot, (time, _contents.Chunks[slot.Chunk].Offset));
            }
        }

        _slot = null;
        return TakeEarliest();
    }

    private bool TakeEarliest()
    {
        OpenChunks();
        if (!_open.TryDequeue(out var slot, out _))
            return false;
        _slot = slot;
        _fence = _open.TryPeek(out _, out var other) ? other.Time : ulong.MaxValue;
        if (_next < _contents.Chunks.Length)
            _fence = Math.Min(_fence, _contents.Chunks[_next].StartTime);
        return Settle(slot);
    }

    /// <summary>Opens every chunk that may hold a message at or before the earliest known.</summary>
    private void OpenChunks()
    {
        var chunks = _contents.Chunks;
        for (; _next < chunks.Length; _next++)
        {
            ref readonly var chunk = ref chunks[_next];
            if (chunk.StartTime > _filter.ToTime)
            {
                _next = chunks.Length;
                return;
            }

            if (_open.TryPeek(out _, out var earliest) && chunk.StartTime > earliest.Time)
                return;
            if (chunk.EndTime >= _cache.FromTime && _cache.MayHold(chunk) && _cache.Open(_next) is { } slot)
                _open.Enqueue(slot, (slot.Entries[0].LogTime, chunk.Offset));
        }
    }

    private bool Settle(McapChunkSlot slot)
    {
        ref readonly var entry = ref slot.Entries[slot.Position];
        var place = Source.Place(_contents.Chunks[slot.Chunk].Offset);
        _header = McapRecordParser.MessageHeader(slot.BodyOf(entry), place);
        Debug.Assert(_header.LogTime == entry.LogTime, "the entry was made from this header");
        _bound = _contents.Definitions.Find(_header.ChannelId, place);
        return true;
    }
}
