namespace EdgeFusion.Recording.Cdr;

/// <summary>audio_common_msgs/msg/AudioInfo: the format of the AudioData beside it.</summary>
internal readonly ref struct AudioInfoMessage
{
    public const string TypeName = "audio_common_msgs/msg/AudioInfo";

    public byte Channels { get; init; }

    /// <summary>PCM frames per second.</summary>
    public uint SampleRate { get; init; }

    /// <summary>E.g. S16LE, as UTF-8.</summary>
    public ReadOnlySpan<byte> SampleFormat { get; init; }

    /// <summary>Kilobits per second, for coded audio.</summary>
    public uint Bitrate { get; init; }

    /// <summary>"wave" for PCM, "mp3" ..., as UTF-8.</summary>
    public ReadOnlySpan<byte> CodingFormat { get; init; }

    public static AudioInfoMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        byte channels = reader.ReadUInt8("channels");
        uint rate = reader.ReadUInt32("sample_rate");
        ReadOnlySpan<byte> sampleFormat = reader.ReadString("sample_format");
        uint bitrate = reader.ReadUInt32("bitrate");
        return new AudioInfoMessage
        {
            Channels = channels,
            SampleRate = rate,
            SampleFormat = sampleFormat,
            Bitrate = bitrate,
            CodingFormat = reader.ReadString("coding_format"),
        };
    }

    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        writer.WriteUInt8(Channels);
        writer.WriteUInt32(SampleRate);
        writer.WriteString(SampleFormat);
        writer.WriteUInt32(Bitrate);
        writer.WriteString(CodingFormat);
        return writer.Length;
    }
}
