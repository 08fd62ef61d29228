using System.Collections.Immutable;

namespace EdgeFusion.Linux.Media;

/// <summary>A GStreamer pipeline before it is made.</summary>
internal sealed record MediaPlan
{
    /// <summary>Name of the element that the properties are for.</summary>
    public const string SourceName = "edgefusion_source";

    /// <summary>Name of the sink.</summary>
    public const string SinkName = "edgefusion_sink";

    /// <summary>Notation for gst_parse_launch. Holds no text from outside, except for a custom pipeline.</summary>
    public required string Text { get; init; }

    /// <summary>Elements that it needs, for a message if one is missing.</summary>
    public ImmutableArray<string> Elements { get; init; } = [];

    /// <summary>Properties of the source whose values come from the configuration: never parsed as notation.</summary>
    public ImmutableArray<(string Name, string Value)> Properties { get; init; } = [];

    /// <summary>What the sink itself accepts; empty = whatever the pipeline delivers.</summary>
    public string SinkCaps { get; init; } = "";

    /// <summary>Whether the source has a pace of its own; a file has none.</summary>
    public bool IsLive { get; init; } = true;

    /// <summary>Whether a block of audio is stamped with the instant at which it comes instead of that of its first
    /// frame.</summary>
    public bool StampsArrival { get; init; }

    /// <summary>What is read, for messages, without secrets.</summary>
    public required string What { get; init; }
}
