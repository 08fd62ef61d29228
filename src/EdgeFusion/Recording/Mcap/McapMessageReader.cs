using System.Diagnostics;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Reads messages by log time, across overlapping chunks; equal times in the order of the file. Obtained from
/// <see cref="McapIndexedReader.ReadMessages"/>.
/// </summary>
/// <remarks>
/// Hot path: nothing is allocated per message, and chunk memory is reused. Memory stays within
/// <see cref="McapReadOptions.MaxBufferedBytes"/> plus one chunk, stored and unpacked; where more chunks overlap than
/// fit, they are read again in batches. <b>Threading.</b> One thread at a time.
/// </remarks>
public sealed class McapMessageReader
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

    internal McapMessageReader(
        McapSource source, McapContents contents, McapReadOptions options, McapMessageFilter filter)
    {
        _contents = contents;
        _filter = filter;
        _cache = new McapChunkCache(source, contents, options, filter);
        Source = source;
    }

    /// <summary>
    /// What could not be delivered so far, with <see cref="McapReadOptions.Recover"/>. Counts from the first
    /// <see cref="MoveNext"/> on; what opening found is in <see cref="McapIndexedReader.Losses"/>.
    /// </summary>
    public McapLosses Losses => _cache.Losses;

    /// <summary>The current message. Valid until the next <see cref="MoveNext"/> or <see cref="Seek"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no current message.</exception>
    public McapMessage Current => _slot is { } slot
        ? new McapMessage(
            _bound!.Channel, _bound.Schema, _header,
            slot.BodyOf(slot.Entries[slot.Position])[McapFormat.MessageHeaderBytes..])
        : throw new InvalidOperationException("there is no current message; call MoveNext first");

    private McapSource Source { get; }

    /// <summary>This reader, so that foreach works on it.</summary>
    public McapMessageReader GetEnumerator() => this;

    /// <summary>Goes on at the first message at or after a log time, forwards or backwards.</summary>
    /// <param name="logTime">Time in ns; the filter's range still holds.</param>
    public void Seek(ulong logTime)
    {
        _open.Clear();
        _cache.FreeAll();
        _cache.FromTime = Math.Max(_filter.FromTime, logTime);
        _next = 0;
        _slot = null;
    }

    /// <summary>Moves to the next message.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="RecordingException">The file is damaged or cannot be read.</exception>
    public bool MoveNext()
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
