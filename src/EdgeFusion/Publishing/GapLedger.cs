namespace EdgeFusion.Publishing;

/// <summary>Declares what is lost: every message given up, as ranges of numbers per topic.</summary>
/// <remarks>Bounded: where there are more ranges than it holds, the oldest goes; <see cref="Total"/> counts them all.
/// <b>Threading.</b> Any thread.</remarks>
internal sealed class GapLedger
{
    /// <summary>Ranges kept; one outage makes one per topic.</summary>
    public const int MaxRanges = 64;

    private readonly Lock _gate = new();
    private readonly List<GapRange> _ranges = new(MaxRanges);
    private readonly List<GapRange> _unwritten = new(MaxRanges);
    private long _total;
    private long _version;

    /// <summary>Messages with a key that were given up since start, earlier runs' in the log included.</summary>
    public long Total
    {
        get
        {
            lock (_gate)
            {
                return _total;
            }
        }
    }

    /// <summary>Changes with every note.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    /// <summary>A message is given up. Without a key nobody can miss it, and nothing is noted.</summary>
    public void Note(in PublishMessage message, GapReason reason)
    {
        if (message.Key is { } key)
        {
            Note(new GapRange(message.Topic, key.Epoch, key.Sequence, key.Sequence, reason));
        }
    }

    /// <summary>Several messages are given up.</summary>
    /// <param name="range">Which.</param>
    /// <param name="isWritten">Whether it stands in the log already.</param>
    public void Note(GapRange range, bool isWritten = false)
    {
        lock (_gate)
        {
            _version++;
            _total += Merge(_ranges, range);
            if (!isWritten)
            {
                Merge(_unwritten, range);
            }
        }
    }

    /// <summary>A range known already is to be written into the log again.</summary>
    public void WriteAgain(GapRange range)
    {
        lock (_gate)
        {
            Merge(_unwritten, range);
        }
    }

    /// <summary>The oldest range that does not stand in the log yet.</summary>
    public bool TryTakeUnwritten(out GapRange range)
    {
        lock (_gate)
        {
            range = _unwritten.Count > 0 ? _unwritten[0] : default;
            if (_unwritten.Count == 0)
            {
                return false;
            }

            _unwritten.RemoveAt(0);
            return true;
        }
    }

    /// <summary>The ranges known, oldest first.</summary>
    public GapRange[] Snapshot()
    {
        lock (_gate)
        {
            return _ranges.ToArray();
        }
    }

    /// <summary>Adds a range to a bounded list of them; joins it with those that it touches.</summary>
    /// <returns>How many messages were not known before.</returns>
    internal static long Merge(List<GapRange> ranges, GapRange range)
    {
        long known = 0;
        for (int i = ranges.Count - 1; i >= 0; i--)
        {
            GapRange other = ranges[i];
            if (other.From <= range.To + 1 && range.From <= other.To + 1 && other.Epoch == range.Epoch
                && other.Reason == range.Reason && other.Topic == range.Topic)
            {
                known += other.Count;
                range = range with { From = Math.Min(other.From, range.From), To = Math.Max(other.To, range.To) };
                ranges.RemoveAt(i);
            }
        }

        if (ranges.Count == MaxRanges)
        {
            ranges.RemoveAt(0);
        }

        ranges.Add(range);
        return range.Count - known;
    }
}
