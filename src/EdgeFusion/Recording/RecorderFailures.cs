using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>Counts what a recorder wrote and lost, and tells episodes of failure apart.</summary>
/// <remarks><b>Threading.</b> Under the recorder's lock; the counters may be read from any thread.</remarks>
internal sealed class RecorderFailures
{
    private long _written;
    private long _lost;
    private long _bytesAtFailure;
    private long _bytesAtFlush;
    private string? _reason;
    private bool _failing;
    private bool _reported;

    /// <summary>Messages written or waiting in a chunk.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Messages lost.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Messages that waited in chunks which could not be written, since the last gap was told.</summary>
    public long Discarded { get; set; }

    /// <summary>An instant before which everything has reached the file; null before the first write.</summary>
    public Timestamp? SafeUntil { get; private set; }

    /// <summary>Whether the last loss was by the limits of the disk and not by its failure.</summary>
    public bool WasPolicy { get; private set; }

    /// <summary>A message was taken.</summary>
    public void Succeeded(long bytesWritten)
    {
        _written++;

        // What was taken may still wait in memory: the episode is over when the disk has taken something again.
        if (_failing && (WasPolicy || bytesWritten > _bytesAtFailure))
        {
            _failing = false;
        }
    }

    /// <summary>Notes how far the file is.</summary>
    public void FlushedAt(Timestamp now, long bytesWritten)
    {
        if (bytesWritten != _bytesAtFlush && Discarded == 0)
        {
            _bytesAtFlush = bytesWritten;
            SafeUntil = now;
        }
    }

    /// <summary>A write failed.</summary>
    public void Failed(string reason, int refused, int discarded, long bytesWritten)
    {
        _lost += refused + discarded;
        _written -= discarded;
        Discarded += discarded;
        _bytesAtFailure = bytesWritten;
        WasPolicy = false;
        Begin(reason);
    }

    /// <summary>One sample could not be written for a reason of its own.</summary>
    public void LostOne() => _lost++;

    /// <summary>A message was not even tried.</summary>
    public void Refused(string reason)
    {
        _lost++;
        WasPolicy = true;
        Begin(reason);
    }

    /// <summary>Whether an episode began or ended since the last call, and why it began.</summary>
    public bool TryTakeChange(out string? reason)
    {
        reason = _failing ? _reason : null;
        bool changed = _failing != _reported;
        _reported = _failing;
        return changed;
    }

    private void Begin(string reason)
    {
        if (!_failing)
        {
            _failing = true;
            _reason = reason;
        }
    }
}
