using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>sensor_msgs/msg/CompressedImage.</summary>
internal readonly ref struct CompressedImageMessage
{
    public const string TypeName = "sensor_msgs/msg/CompressedImage";

    public Timestamp Stamp { get; init; }

    /// <summary>"jpeg", "png" or a longer text that begins with the raw format, as UTF-8.</summary>
    public ReadOnlySpan<byte> Format { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    public static CompressedImageMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        RosHeader header = RosHeader.Read(ref reader, what);
        ReadOnlySpan<byte> format = reader.ReadString("format");
        return new CompressedImageMessage
        {
            Stamp = header.Stamp,
            Format = format,
            Data = reader.ReadBytes("data"),
        };
    }

    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, ReadOnlySpan<byte> frameId, bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        RosHeader.Write(ref writer, Stamp, frameId);
        writer.WriteString(Format);
        writer.WriteBytes(Data);
        return writer.Length;
    }
}
