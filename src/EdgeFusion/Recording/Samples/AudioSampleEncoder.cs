using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>PCM blocks as audio_common_msgs/msg/AudioDataStamped; the stamp is that of the first frame.</summary>
internal sealed class AudioSampleEncoder : SampleEncoder
{
    /// <summary>Encapsulation, header without its text, count; rounded up.</summary>
    private const int FixedBytes = 32;

    private const int InfoBytes = 64;

    private readonly AudioLayout _layout;
    private readonly byte[] _info;

    public AudioSampleEncoder(SensorInfo info, AudioLayout layout)
        : base(info, AudioDataMessage.StampedTypeName)
    {
        _layout = layout;
        InfoChannel = Describe(ChannelLayout.Topic(info.Name) + RecordingTopics.InfoSuffix, AudioInfoMessage.TypeName);
        byte[] buffer = new byte[InfoBytes];
        var message = new AudioInfoMessage
        {
            Channels = (byte)layout.Channels,
            SampleRate = (uint)Math.Round(info.RateHz),
            SampleFormat = layout.Format == AudioFormat.Float32 ? "F32LE"u8 : "S16LE"u8,
            Bitrate = (uint)Math.Round(info.RateHz * layout.FrameBytes * 8 / 1000),
            CodingFormat = "wave"u8,
        };
        _info = buffer[..message.Write(buffer)];
    }

    public override ChannelDescription InfoChannel { get; }

    public override ReadOnlyMemory<byte> InfoMessage => _info;

    public override int MaxMessageBytes => checked(FixedBytes + FrameId.Length + _layout.MaxSampleBytes);

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination) =>
        new AudioDataMessage { Stamp = header.Capture, Data = payload }.WriteStamped(destination, FrameId);
}
