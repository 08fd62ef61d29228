namespace EdgeFusion.Recording.Cdr;

/// <summary>std_msgs/msg/Float32MultiArray; only its data matters here.</summary>
internal readonly ref struct Float32MultiArrayMessage
{
    public const string TypeName = "std_msgs/msg/Float32MultiArray";

    /// <summary>A dimension takes at least a label's length, a size and a stride.</summary>
    private const int LeastDimensionBytes = 3 * sizeof(uint);

    public CdrNumbers Data { get; init; }

    public static Float32MultiArrayMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        int dimensions = reader.ReadCount("layout.dim", LeastDimensionBytes);
        for (int i = 0; i < dimensions; i++)
        {
            reader.ReadString("layout.dim.label");
            reader.ReadUInt32("layout.dim.size");
            reader.ReadUInt32("layout.dim.stride");
        }

        reader.ReadUInt32("layout.data_offset");
        return new Float32MultiArrayMessage { Data = reader.ReadFloat32Sequence("data") };
    }

    /// <summary>Writes one dimension as long as the values.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> destination, ReadOnlySpan<byte> label, ReadOnlySpan<float> values, bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        writer.WriteUInt32(1);
        writer.WriteString(label);
        writer.WriteUInt32((uint)values.Length);
        writer.WriteUInt32((uint)values.Length);
        writer.WriteUInt32(0);
        writer.WriteFloat32Sequence(values);
        return writer.Length;
    }
}
