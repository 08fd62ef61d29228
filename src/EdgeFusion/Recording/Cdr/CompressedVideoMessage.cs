using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>foxglove_msgs/msg/CompressedVideo: one access unit of a video.</summary>
internal readonly ref struct CompressedVideoMessage
{
    public const string TypeName = "foxglove_msgs/msg/CompressedVideo";

    /// <summary>What we write and read: H.264 in the byte-stream format of annex B.</summary>
    public static ReadOnlySpan<byte> H264 => "h264"u8;

    public Timestamp Stamp { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    public ReadOnlySpan<byte> Format { get; init; }

    public static CompressedVideoMessage Read(ReadOnlySpan<byte> message, string what = TypeName)
    {
        var reader = new CdrReader(message, what);

        // Stamp and frame lie as in a header.
        RosHeader header = RosHeader.Read(ref reader, what);
        ReadOnlySpan<byte> data = reader.ReadBytes("data");
        return new CompressedVideoMessage
        {
            Stamp = header.Stamp,
            Data = data,
            Format = reader.ReadString("format"),
        };
    }

    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, ReadOnlySpan<byte> frameId, bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        RosHeader.Write(ref writer, Stamp, frameId);
        writer.WriteBytes(Data);
        writer.WriteString(Format);
        return writer.Length;
    }
}
