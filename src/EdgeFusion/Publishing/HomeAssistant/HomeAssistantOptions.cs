namespace EdgeFusion.Publishing.HomeAssistant;

/// <summary>How Home Assistant finds a node.</summary>
public sealed record HomeAssistantOptions
{
    /// <summary>The discovery prefix that Home Assistant listens to; default "homeassistant".</summary>
    public string Prefix { get; init; } = "homeassistant";

    /// <summary>Take the node's entities away instead of announcing them. Default false.</summary>
    public bool Remove { get; init; }
}
