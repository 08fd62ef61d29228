namespace EdgeFusion.Worker.Configuration;

/// <summary>What the node can be told to do by MQTT.</summary>
internal sealed record CommandSettings
{
    /// <summary>Commands that are taken: black_box, label_start, label_stop, tare, context, reload. Default none.
    /// </summary>
    public string[] Allow { get; init; } = [];

    /// <summary>Most commands looked at in a second, 1..100. Default 5.</summary>
    public int PerSecond { get; init; } = 5;
}
