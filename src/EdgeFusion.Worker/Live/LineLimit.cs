namespace EdgeFusion.Worker.Live;

/// <summary>
/// Keeps something that flaps from filling the log: some lines in a row, then a summary per interval for as long as it
/// goes on, so that the log ends with how things are.
/// </summary>
/// <remarks><b>Threading.</b> Any thread. <b>Bounds.</b> One entry per name; names are those of the configuration.
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="summary">Told a name and how many lines about it were left out; on a pool thread.</param>
internal sealed class LineLimit(TimeProvider time, Action<string, long> summary)
{
    /// <summary>Lines that may follow each other at once: a few episodes with their ends.</summary>
    public const int Burst = 6;

    /// <summary>Time after which one more is allowed, and between summaries.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Whether a line about something may be written now.</summary>
    public bool Admits(string name)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(name, out Entry? entry))
            {
                _entries.Add(name, entry = new Entry { Since = time.GetTimestamp() });
            }

            long earned = (long)(time.GetElapsedTime(entry.Since) / Interval);
            if (earned > 0)
            {
                entry.Used = (int)Math.Max(0, entry.Used - earned);
                entry.Since = time.GetTimestamp();
            }

            if (entry.Used < Burst && entry.Omitted == 0)
            {
                entry.Used++;
                return true;
            }

            entry.Omitted++;
            entry.Summary ??= time.CreateTimer(
                _ => Summarise(name, entry), null, Interval, Timeout.InfiniteTimeSpan);
            return false;
        }
    }

    private void Summarise(string name, Entry entry)
    {
        long omitted;
        lock (_lock)
        {
            omitted = entry.Omitted;
            entry.Omitted = 0;
            entry.Summary?.Dispose();
            entry.Summary = null;
        }

        summary(name, omitted);
    }

    private sealed class Entry
    {
        public int Used { get; set; }

        public long Omitted { get; set; }

        public long Since { get; set; }

        public ITimer? Summary { get; set; }
    }
}
