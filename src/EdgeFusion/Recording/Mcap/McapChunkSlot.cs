namespace EdgeFusion.Recording.Mcap;

/// <summary>Memory for one unpacked chunk and the list of its wanted messages; reused for chunk after chunk.</summary>
internal sealed class McapChunkSlot
{
    private McapMessageEntry[] _entries = new McapMessageEntry[256];
    private int _count;
    private bool _isSorted;

    /// <summary>Index of the chunk that lies here; -1 for none.</summary>
    public int Chunk { get; set; } = -1;

    /// <summary>The memory.</summary>
    public byte[] Memory = [];

    /// <summary>Start of the records in the memory.</summary>
    public int RecordsStart { get; set; }

    /// <summary>When the slot was last used, in loads of the cache.</summary>
    public long LastUse { get; set; }

    /// <summary>Bytes taken.</summary>
    public long Bytes => Memory.Length + ((long)_entries.Length * 16);

    /// <summary>The wanted messages, by time.</summary>
    public ReadOnlySpan<McapMessageEntry> Entries => _entries.AsSpan(0, _count);

    public ReadOnlySpan<byte> BodyOf(in McapMessageEntry entry) =>
        Memory.AsSpan(RecordsStart + entry.BodyOffset, entry.BodyLength);

    public void Clear()
    {
        _count = 0;
        _isSorted = true;
    }

    public void Add(in McapMessageEntry entry)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _entries.Length * 2);
        _isSorted &= _count == 0 || entry.LogTime >= _entries[_count - 1].LogTime;
        _entries[_count++] = entry;
    }

    /// <summary>Brings the messages in order; costs nothing where the file has them so.</summary>
    public void Sort()
    {
        if (!_isSorted)
            _entries.AsSpan(0, _count).Sort();
        _isSorted = true;
    }
}
