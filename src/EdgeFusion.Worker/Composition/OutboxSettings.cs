using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Durable;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>The configured limits in the words of the outbox.</summary>
internal static class OutboxSettings
{
    /// <summary>Over a paid wide-area link: few attempts, patient ones.</summary>
    private static readonly OutboxOptions WideArea = new()
    {
        BackOffMax = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    private static readonly OutboxOptions Local = new();

    public static OutboxOptions From(OutboxLimitOptions limits, MqttOptions mqtt) => Link(mqtt) with
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

    private static OutboxOptions Link(MqttOptions mqtt) => mqtt.Link == "wan" ? WideArea : Local;
}
