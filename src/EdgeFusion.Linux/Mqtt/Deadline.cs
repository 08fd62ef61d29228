namespace EdgeFusion.Linux.Mqtt;

/// <summary>An instant until which something may take; monotonic.</summary>
internal readonly record struct Deadline(long Milliseconds)
{
    public bool IsOver => Left <= TimeSpan.Zero;

    public TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max(0, Milliseconds - Environment.TickCount64));

    public static Deadline After(TimeSpan timeout) =>
        new(Environment.TickCount64 + (long)Math.Ceiling(timeout.TotalMilliseconds));
}
