namespace EdgeFusion.Worker.Configuration;

/// <summary>The Sparkplug B edge node, on a connection of its own to the same broker.</summary>
internal sealed record SparkplugSettings
{
    /// <summary>Publish as a Sparkplug B 3.0 edge node, too. Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>Group of edge nodes. Default EdgeFusion.</summary>
    public string Group { get; init; } = "EdgeFusion";

    /// <summary>Name of the edge node; empty (default) = Node.</summary>
    public string EdgeNode { get; init; } = "";

    /// <summary>Host application to wait for before anything is published; empty (default) = none.</summary>
    public string PrimaryHost { get; init; } = "";

    /// <summary>File in which the number of births (bdSeq) survives a restart. Needed.</summary>
    public string StateFile { get; init; } = "";
}
