using System.Diagnostics;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Reads messages by log time, across overlapping chunks; equal times in the order of the file. Obtained from
/// <see cref="McapIndexedReader.ReadMessages"/>.
/// </summary>
/// <remarks>
/// Hot path: nothing is allocated per message, and chunk memory is reused. Memory stays within
/// <see cref="McapReadOptions.MaxBufferedBytes"/> plus one chunk as stored. <b>Threading.</b> One thread at a time.
/// </remarks>
public sealed class McapMessageReader
{
    private readonly McapContents _contents;
    private readonly McapMessageFilter _filter;
    private readonly McapChunkCache _cache;
    private readonly PriorityQueue<int, (ulong Time, long Offset)> _open = new();
    private readonly Dictionary<int, int> _positions = [];
    private int _next;

    /// <summary>Chunk of the current message; -1 before the first and after the last.</summary>
    private int _chunk = -1;
    private int _position;
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
    public McapMessage Current => _chunk >= 0
        ? new McapMessage(
            _bound!.Channel, _bound.Schema, _header,
            _slot!.BodyOf(_slot.Entries[_position])[McapFormat.MessageHeaderBytes..])
        : throw new InvalidOperationException("there is no current message; call MoveNext first");

    private McapSource Source { get; }

    /// <summary>This reader, so that foreach works on it.</summary>
    public McapMessageReader GetEnumerator() => this;

    /// <summary>Goes on at the first message at or after a log time, forwards or backwards.</summary>
    /// <param name="logTime">Time in ns; the filter's range still holds.</param>
    public void Seek(ulong logTime)
    {
        _open.Clear();
        _positions.Clear();
        _cache.FreeAll();
        _cache.FromTime = Math.Max(_filter.FromTime, logTime);
        _next = 0;
        _chunk = -1;
        _slot = null;
    }

    /// <summary>Moves to the next message.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="RecordingException">The file is damaged or cannot be read.</exception>
    public bool MoveNext()
    {
        if (_chunk >= 0 && ++_position < _slot!.Entries.Length)
        {
            var time = _slot.Entries[_position].LogTime;
            // Below the fence no other chunk can have anything to say: the common case costs one comparison.
            if (time < _fence)
                return Settle();
            _open.Enqueue(_chunk, (time, _contents.Chunks[_chunk].Offset));
            _positions[_chunk] = _position;
        }
        else if (_chunk >= 0)
        {
            _positions.Remove(_chunk);
            _cache.Free(_chunk);
        }

        _chunk = -1;
        return TakeEarliest();
    }

    private bool TakeEarliest()
    {
        OpenChunks();
        if (!_open.TryDequeue(out var chunk, out _))
            return false;
        _slot = _cache.Get(chunk);
        _position = _positions[chunk];
        if (_position >= _slot.Entries.Length)
            throw Source.Place(_contents.Chunks[chunk].Offset).Damaged("the chunk changed while it was read");
        _chunk = chunk;
        _fence = _open.TryPeek(out _, out var other) ? other.Time : ulong.MaxValue;
        if (_next < _contents.Chunks.Length)
            _fence = Math.Min(_fence, _contents.Chunks[_next].StartTime);
        return Settle();
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
            if (chunk.EndTime < _cache.FromTime || !_cache.MayHold(chunk))
                continue;
            var slot = _cache.Load(_next, isFirst: true);
            if (slot.Entries.IsEmpty)
            {
                _cache.Free(_next);
                continue;
            }

            _positions[_next] = 0;
            _open.Enqueue(_next, (slot.Entries[0].LogTime, chunk.Offset));
        }
    }

    private bool Settle()
    {
        ref readonly var entry = ref _slot!.Entries[_position];
        var place = Source.Place(_contents.Chunks[_chunk].Offset);
        _header = McapRecordParser.MessageHeader(_slot.BodyOf(entry), place);
        Debug.Assert(_header.LogTime == entry.LogTime, "the entry was made from this header");
        _bound = _contents.Definitions.Find(_header.ChannelId, place);
        return true;
    }
}
