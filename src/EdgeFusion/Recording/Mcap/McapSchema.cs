namespace EdgeFusion.Recording.Mcap;

/// <summary>Message type of one or more channels.</summary>
/// <param name="Id">Identifies the schema in the file; never 0.</param>
/// <param name="Name">Name of the type, such as "sensor_msgs/msg/Image".</param>
/// <param name="Encoding">Language of the definition: "ros2msg", "jsonschema", ...; empty for none.</param>
/// <param name="Data">The definition.</param>
public sealed record McapSchema(ushort Id, string Name, string Encoding, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether the other schema says the same, by content.</summary>
    internal bool SameAs(McapSchema other) => Id == other.Id && Name == other.Name && Encoding == other.Encoding
        && Data.Span.SequenceEqual(other.Data.Span);
}
