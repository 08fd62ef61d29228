using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>audio_common_msgs/msg/AudioData and AudioDataStamped: bytes whose format AudioInfo gives.</summary>
internal readonly ref struct AudioDataMessage
{
    public const string TypeName = "audio_common_msgs/msg/AudioData";
    public const string StampedTypeName = "audio_common_msgs/msg/AudioDataStamped";

    /// <summary>The header's stamp; 0 without one.</summary>
    public Timestamp Stamp { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    public static AudioDataMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        return new AudioDataMessage { Data = reader.ReadBytes("data") };
    }

    public static AudioDataMessage ReadStamped(
        ReadOnlySpan<byte> message, string what = StampedTypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        RosHeader header = RosHeader.Read(ref reader, what);
        return new AudioDataMessage { Stamp = header.Stamp, Data = reader.ReadBytes("audio.data") };
    }

    /// <summary>Writes an AudioData.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        writer.WriteBytes(Data);
        return writer.Length;
    }

    /// <summary>Writes an AudioDataStamped.</summary>
    /// <returns>Bytes written.</returns>
    public int WriteStamped(Span<byte> destination, ReadOnlySpan<byte> frameId, bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        RosHeader.Write(ref writer, Stamp, frameId);
        writer.WriteBytes(Data);
        return writer.Length;
    }
}
