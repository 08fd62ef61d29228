using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>geometry_msgs/msg/WrenchStamped: force and torque, x y z each.</summary>
internal readonly ref struct WrenchStampedMessage
{
    public const string TypeName = "geometry_msgs/msg/WrenchStamped";

    /// <summary>Fx fy fz tx ty tz.</summary>
    public const int Width = 6;

    public Timestamp Stamp { get; init; }

    /// <summary>Fx fy fz (N) tx ty tz (Nm).</summary>
    public CdrNumbers Values { get; init; }

    public static WrenchStampedMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        RosHeader header = RosHeader.Read(ref reader, what);
        return new WrenchStampedMessage
        {
            Stamp = header.Stamp,
            Values = reader.ReadFloat64Array("wrench", Width),
        };
    }

    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> destination, Timestamp stamp, ReadOnlySpan<byte> frameId, ReadOnlySpan<float> values,
        bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        RosHeader.Write(ref writer, stamp, frameId);
        for (int i = 0; i < Width; i++)
        {
            writer.WriteFloat64(values[i]);
        }

        return writer.Length;
    }
}
