using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>sensor_msgs/msg/Image.</summary>
internal readonly ref struct ImageMessage
{
    public const string TypeName = "sensor_msgs/msg/Image";

    public Timestamp Stamp { get; init; }

    public uint Height { get; init; }

    public uint Width { get; init; }

    /// <summary>Pixel format, e.g. rgb8, as UTF-8.</summary>
    public ReadOnlySpan<byte> Encoding { get; init; }

    /// <summary>Bytes from one row to the next.</summary>
    public uint Step { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    public static ImageMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        RosHeader header = RosHeader.Read(ref reader, what);
        uint height = reader.ReadUInt32("height");
        uint width = reader.ReadUInt32("width");
        ReadOnlySpan<byte> encoding = reader.ReadString("encoding");
        reader.ReadUInt8("is_bigendian");
        return new ImageMessage
        {
            Stamp = header.Stamp,
            Height = height,
            Width = width,
            Encoding = encoding,
            Step = reader.ReadUInt32("step"),
            Data = reader.ReadBytes("data"),
        };
    }

    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, ReadOnlySpan<byte> frameId, bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        RosHeader.Write(ref writer, Stamp, frameId);
        writer.WriteUInt32(Height);
        writer.WriteUInt32(Width);
        writer.WriteString(Encoding);
        writer.WriteUInt8(0);
        writer.WriteUInt32(Step);
        writer.WriteBytes(Data);
        return writer.Length;
    }
}
