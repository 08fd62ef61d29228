using Microsoft.Win32.SafeHandles;

namespace EdgeFusion.Publishing.Durable;

/// <summary>One file of the log. <b>Threading.</b> Under the store's lock, except <see cref="Handle"/>.</summary>
internal sealed class LogSegment
{
    private readonly List<(long Epoch, long From, long To)> _spans = [];
    private readonly Dictionary<long, long> _jumps = [];

    public LogSegment(string path, long number, SafeFileHandle handle)
    {
        Path = path;
        Number = number;
        Handle = handle;
    }

    public string Path { get; }

    public long Number { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>Where the next record goes, or reading ends.</summary>
    public long End { get; set; }

    /// <summary>Bytes that it takes on disk.</summary>
    public long DiskBytes { get; set; }

    /// <summary>When its newest record was written, ns.</summary>
    public long Newest { get; set; }

    /// <summary>Messages not done.</summary>
    public int Waiting { get; set; }

    /// <summary>Their payload.</summary>
    public long WaitingBytes { get; set; }

    /// <summary>Records of gaps.</summary>
    public int Gaps { get; private set; }

    /// <summary>The next newer one; null for the newest.</summary>
    public LogSegment? Next { get; set; }

    /// <summary>Whether it has been deleted.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Counts in a record.</summary>
    public void Note(in RecordHeader record)
    {
        Newest = Math.Max(Newest, record.Enqueued);
        if (record.Kind != RecordKind.Message)
        {
            Gaps += record.Kind == RecordKind.Gap ? 1 : 0;
            return;
        }

        if (!record.IsDone)
        {
            Waiting++;
            WaitingBytes += record.PayloadBytes;
        }

        if (!record.HasKey)
        {
            return;
        }

        for (int i = _spans.Count - 1; i >= 0; i--)
        {
            (long epoch, long from, long to) = _spans[i];
            if (epoch == record.Epoch)
            {
                _spans[i] = (epoch, Math.Min(from, record.Sequence), Math.Max(to, record.Sequence));
                return;
            }
        }

        _spans.Add((record.Epoch, record.Sequence, record.Sequence));
    }

    /// <summary>Whether it may hold messages of a range.</summary>
    public bool MayHold(long epoch, long from, long to)
    {
        foreach ((long known, long first, long last) in _spans)
        {
            if (known == epoch && first <= to && last >= from)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Damage from one offset to another.</summary>
    public void Skip(long from, long to) => _jumps[from] = to;

    /// <summary>The offset itself, or where the damage that begins there ends.</summary>
    public long PastDamage(long offset) => _jumps.Count > 0 && _jumps.TryGetValue(offset, out long to) ? to : offset;
}
