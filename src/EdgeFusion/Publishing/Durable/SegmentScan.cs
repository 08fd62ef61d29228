namespace EdgeFusion.Publishing.Durable;

/// <summary>Walks the records in the bytes of a segment; steps over damage.</summary>
internal ref struct SegmentScan
{
    /// <summary>Records begin at multiples of this.</summary>
    private const int Alignment = 8;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _next;

    public SegmentScan(ReadOnlySpan<byte> bytes, int begin)
    {
        _bytes = bytes;
        _next = begin;
    }

    /// <summary>Where the present record begins.</summary>
    public int Offset { get; private set; }

    /// <summary>The present record.</summary>
    public RecordHeader Record { get; private set; }

    /// <summary>Where the damage before the present record (at the end: after the last) begins; -1 for none.</summary>
    public int DamagedFrom { get; private set; } = -1;

    /// <summary>Where the valid part ends; meaningful once <see cref="MoveNext"/> has answered false.</summary>
    public readonly int End => _next;

    /// <summary>The present record with topic, content type and payload.</summary>
    public readonly ReadOnlySpan<byte> Content => _bytes.Slice(Offset, Record.Length);

    public bool MoveNext()
    {
        DamagedFrom = -1;
        int offset = _next;
        if (offset < _bytes.Length && RecordHeader.TryReadWhole(_bytes[offset..], out RecordHeader record))
        {
            return Stand(offset, record);
        }

        // The end is zero to the last byte, or the file ends; all else is damage, with or without something after it.
        if (offset >= _bytes.Length || !_bytes[offset..].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        DamagedFrom = offset;
        return FindNext(offset + Alignment);
    }

    private bool FindNext(int from)
    {
        int offset = from;
        while (offset < _bytes.Length)
        {
            int found = _bytes[offset..].IndexOf(RecordHeader.MagicBytes);
            if (found < 0)
            {
                return false;
            }

            offset += found;
            if (offset % Alignment == 0 && RecordHeader.TryReadWhole(_bytes[offset..], out RecordHeader record))
            {
                return Stand(offset, record);
            }

            offset++;
        }

        return false;
    }

    private bool Stand(int offset, in RecordHeader record)
    {
        Offset = offset;
        Record = record;
        _next = offset + record.Stride;
        return true;
    }
}
