using System.Collections.Immutable;

namespace EdgeFusion.Recording;

/// <summary>What a recording says about a channel before its first message.</summary>
public sealed record ChannelDescription
{
    /// <summary>Topic, e.g. "/wrist".</summary>
    public required string Topic { get; init; }

    /// <summary>How messages are encoded: "cdr" or "json".</summary>
    public required string MessageEncoding { get; init; }

    /// <summary>Type name, e.g. "sensor_msgs/msg/Image".</summary>
    public required string SchemaName { get; init; }

    /// <summary>How the schema is written: "ros2msg" or "jsonschema".</summary>
    public required string SchemaEncoding { get; init; }

    /// <summary>The schema as UTF-8.</summary>
    public required ReadOnlyMemory<byte> SchemaText { get; init; }

    /// <summary>Channel metadata; empty for a foreign channel.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
