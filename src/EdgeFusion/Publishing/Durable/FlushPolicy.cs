namespace EdgeFusion.Publishing.Durable;

/// <summary>When the outbox's log is forced from the system's memory to the disk. A crash of the process alone loses
/// nothing under any of them.</summary>
public enum FlushPolicy
{
    /// <summary>Never: the operating system decides; a power cut loses what it has not written (about 30 s).</summary>
    None,

    /// <summary>At regular intervals: a power cut loses at most one interval (default).</summary>
    Interval,

    /// <summary>At each message, before it counts as taken: a power cut loses nothing.</summary>
    Always,
}
