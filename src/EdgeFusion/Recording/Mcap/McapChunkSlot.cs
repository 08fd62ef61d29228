using System.Runtime.CompilerServices;

namespace EdgeFusion.Recording.Mcap;

/// <summary>
/// Memory for the wanted messages of one chunk, in order of time: all of them beside the unpacked chunk, or under
/// pressure only the next few. Reused for chunk after chunk.
/// </summary>
internal sealed class McapChunkSlot
{
    private const int InitialEntries = 256;

    private McapMessageEntry[] _entries = new McapMessageEntry[InitialEntries];
    private int _count;
    private bool _isSorted;

    /// <summary>Index of the chunk that lies here.</summary>
    public int Chunk { get; set; } = -1;

    /// <summary>The memory.</summary>
    public byte[] Memory = [];

    /// <summary>Start of the records in the memory.</summary>
    public int RecordsStart { get; set; }

    /// <summary>The current message among <see cref="Entries"/>.</summary>
    public int Position { get; set; }

    /// <summary>Messages of the chunk before the first of <see cref="Entries"/>.</summary>
    public int First { get; private set; }

    /// <summary>Wanted messages in the whole chunk.</summary>
    public int Total { get; private set; }

    /// <summary>Bytes taken.</summary>
    public long Bytes => Memory.Length + ((long)_entries.Length * Unsafe.SizeOf<McapMessageEntry>());

    /// <summary>The messages at hand, by time.</summary>
    public ReadOnlySpan<McapMessageEntry> Entries => _entries.AsSpan(0, _count);

    public ReadOnlySpan<byte> BodyOf(in McapMessageEntry entry) =>
        Memory.AsSpan(RecordsStart + entry.BodyOffset, entry.BodyLength);

    public void Clear()
    {
        _count = 0;
        _isSorted = true;
        Position = 0;
        First = 0;
        Total = 0;
    }

    public void Add(in McapMessageEntry entry)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _entries.Length * 2);
        _isSorted &= _count == 0 || entry.LogTime >= _entries[_count - 1].LogTime;
        _entries[_count++] = entry;
        Total = _count;
    }

    /// <summary>Brings the messages in order; costs nothing where the file has them so.</summary>
    public void Sort()
    {
        if (!_isSorted)
            _entries.AsSpan(0, _count).Sort();
        _isSorted = true;
    }

    /// <summary>Exchanges everything but the chunk's number with another slot.</summary>
    public void SwapWith(McapChunkSlot other)
    {
        (Memory, other.Memory) = (other.Memory, Memory);
        (RecordsStart, other.RecordsStart) = (other.RecordsStart, RecordsStart);
        (_entries, other._entries) = (other._entries, _entries);
        (_count, other._count) = (other._count, _count);
        (_isSorted, other._isSorted) = (other._isSorted, _isSorted);
        (Position, other.Position) = (other.Position, Position);
        (First, other.First) = (other.First, First);
        (Total, other.Total) = (other.Total, Total);
    }

    /// <summary>Keeps only the next messages: as many as fit, and at least one where there is one.</summary>
    /// <param name="from">Slot to copy from; may be this one.</param>
    /// <param name="position">First to keep among its <see cref="Entries"/>.</param>
    /// <param name="maxBytes">What they may take.</param>
    public void TakeBatch(McapChunkSlot from, int position, long maxBytes)
    {
        var entries = from.Entries[position..];
        var count = 0;
        long bodies = 0;
        while (count < entries.Length)
        {
            var cost = bodies + entries[count].BodyLength + ((count + 1L) * Unsafe.SizeOf<McapMessageEntry>());
            if (count > 0 && cost > maxBytes)
                break;
            bodies += entries[count++].BodyLength;
        }

        // From itself the slot has to shrink into new memory; otherwise the batch before has left some to use again.
        var isOwn = from == this;
        var memory = isOwn || Memory.Length < bodies
            ? GC.AllocateUninitializedArray<byte>(isOwn ? (int)bodies : McapSizes.Grown((int)bodies, Array.MaxLength))
            : Memory;
        var kept = isOwn || _entries.Length < count ? new McapMessageEntry[count + (count / 8) + 1] : _entries;
        var offset = 0;
        for (var i = 0; i < count; i++)
        {
            from.BodyOf(entries[i]).CopyTo(memory.AsSpan(offset));
            kept[i] = entries[i] with { BodyOffset = offset };
            offset += entries[i].BodyLength;
        }

        First = from.First + position;
        Total = from.Total;
        Memory = memory;
        RecordsStart = 0;
        Position = 0;
        _entries = kept;
        _count = count;
    }
}
