namespace EdgeFusion.Publishing.Policies;

/// <summary>Why a window of a head is published.</summary>
internal enum PublishReason : byte
{
    /// <summary>All are.</summary>
    Every = 0,

    /// <summary>The answer differs, or there is none to compare it with.</summary>
    Change = 1,

    /// <summary>Nothing has been published for long.</summary>
    Interval = 2,

    /// <summary>An event begins.</summary>
    Start = 3,

    /// <summary>An event goes on.</summary>
    Update = 4,

    /// <summary>An event has ended.</summary>
    End = 5,
}
