namespace EdgeFusion.Worker.Subscribing;

/// <summary>What a subscriber wants.</summary>
internal sealed record SubscriberOptions
{
    /// <summary>Name of the node; + for all.</summary>
    public string Node { get; init; } = "+";

    /// <summary>This subscriber's name in its response topic.</summary>
    public required string Id { get; init; }

    /// <summary>Whether every run is wanted from its first prediction on, also those that began before.</summary>
    public bool FromStart { get; init; }

    /// <summary>How long a gap may stand before it is asked for: a backlog may fill it by itself. Default 1 s.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause between two requests for the same topic and run. Default 2 s.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromSeconds(2);
}
