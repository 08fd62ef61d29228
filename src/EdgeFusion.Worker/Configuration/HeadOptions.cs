namespace EdgeFusion.Worker.Configuration;

/// <summary>What of a head is published.</summary>
internal sealed record HeadOptions
{
    /// <summary>every (default): each window; on_change: where the answer differs; events: start, update and end of a
    /// label.</summary>
    public string Policy { get; init; } = "every";

    /// <summary>
    /// on_change: least difference of a score (0..1; 1 = only another label) or of a value, default 0.1; events: least
    /// score, default 0.5.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>
    /// on_change: least time in ms between two messages; events: how long in ms a label must stand to begin, and be
    /// away to end. 0..3600000, default 0.
    /// </summary>
    public double MinIntervalMs { get; init; }

    /// <summary>
    /// Time in ms after which an unchanged answer, or an event that goes on, is published again; 0 = never, up to
    /// 86400000, default 10000.
    /// </summary>
    public double MaxIntervalMs { get; init; } = 10_000;

    /// <summary>events: the labels that make events; empty (default) = all.</summary>
    public string[] Labels { get; init; } = [];
}
