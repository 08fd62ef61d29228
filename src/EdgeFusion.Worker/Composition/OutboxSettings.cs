using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>The configured limits in the words of the outbox.</summary>
internal static class OutboxSettings
{
    public static OutboxOptions From(OutboxLimitOptions limits) => new()
    {
        MaxMessages = limits.MaxMessages,
        MaxBytes = limits.MaxBytes,
        Log = limits.Folder.Length == 0
            ? null
            : new OutboxLogOptions
            {
                Folder = limits.Folder,
                MaxBytes = limits.DiskBytes,
                MaxAge = TimeSpan.FromHours(limits.MaxAgeHours),
                Flush = limits.Fsync switch
                {
                    "none" => FlushPolicy.None,
                    "always" => FlushPolicy.Always,
                    _ => FlushPolicy.Interval,
                },
                FlushInterval = TimeSpan.FromMilliseconds(limits.FsyncIntervalMs),
                BacklogPerSecond = limits.BacklogPerSecond,
            },
    };
}
