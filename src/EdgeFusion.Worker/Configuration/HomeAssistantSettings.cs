namespace EdgeFusion.Worker.Configuration;

/// <summary>Home Assistant's discovery.</summary>
internal sealed record HomeAssistantSettings
{
    /// <summary>off (default); on: announce the node's answers and sensors; remove: take the announcement away again.
    /// </summary>
    public string Discovery { get; init; } = "off";

    /// <summary>Discovery prefix of Home Assistant. Default homeassistant.</summary>
    public string Prefix { get; init; } = "homeassistant";
}
