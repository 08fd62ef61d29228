namespace EdgeFusion.Recording.Mcap;

/// <summary>Which messages to read.</summary>
public sealed record McapMessageFilter
{
    /// <summary>Everything.</summary>
    public static McapMessageFilter All { get; } = new();

    /// <summary>Topics to read; null (default) for all.</summary>
    public IReadOnlyCollection<string>? Topics { get; init; }

    /// <summary>Earliest log time in ns, inclusive. Default 0.</summary>
    public ulong FromTime { get; init; }

    /// <summary>Latest log time in ns, inclusive. Default the latest there is.</summary>
    public ulong ToTime { get; init; } = ulong.MaxValue;

    internal bool Wants(McapChannel channel)
    {
        if (Topics is null)
            return true;
        foreach (var topic in Topics)
        {
            if (topic == channel.Topic)
                return true;
        }

        return false;
    }
}
