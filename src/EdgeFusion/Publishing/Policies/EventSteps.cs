namespace EdgeFusion.Publishing.Policies;

/// <summary>What one window does to the events of a head.</summary>
[Flags]
internal enum EventSteps
{
    /// <summary>Nothing to tell.</summary>
    None = 0,

    /// <summary>The event has ended.</summary>
    End = 1,

    /// <summary>An event begins.</summary>
    Start = 2,

    /// <summary>The event goes on and was last told of a while ago.</summary>
    Update = 4,
}
