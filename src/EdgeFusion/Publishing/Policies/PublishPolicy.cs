namespace EdgeFusion.Publishing.Policies;

/// <summary>Which windows of a head are published.</summary>
public enum PublishPolicy
{
    /// <summary>All of them.</summary>
    Every,

    /// <summary>Those whose answer differs from the last one published.</summary>
    OnChange,

    /// <summary>Those at which a label begins, goes on for a while longer, and ends.</summary>
    Events,
}
