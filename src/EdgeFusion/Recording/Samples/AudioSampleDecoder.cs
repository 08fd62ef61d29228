using System.Runtime.CompilerServices;
using System.Text;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>audio_common_msgs/msg/AudioData(Stamped) into PCM blocks.</summary>
internal sealed class AudioSampleDecoder : SampleDecoder
{
    /// <summary>Foreign blocks may be this much longer than the first one.</summary>
    private const int BlockHeadroom = 4;

    private readonly AudioLayout _layout;
    private readonly bool _isStamped;

    private AudioSampleDecoder(DecoderSource source, SensorInfo info, AudioLayout layout, bool isStamped)
        : base(source, info)
    {
        _layout = layout;
        _isStamped = isStamped;
    }

    public static AudioSampleDecoder Create(DecoderSource source, ReadOnlySpan<byte> firstMessage, bool isStamped)
    {
        AudioLayout? own = source.OwnLayout<AudioLayout>();
        SensorInfo info = source.Own ?? Derive(source, firstMessage, isStamped);
        return new AudioSampleDecoder(source, info, own ?? (AudioLayout)info.Layout, isStamped);
    }

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        AudioDataMessage block = Read(message, What, _isStamped, Wire);
        stamp = block.Stamp;
        int length = block.Data.Length;
        if (length == 0 || length > _layout.MaxSampleBytes || length % _layout.FrameBytes != 0)
        {
            ThrowBadLength(length);
        }

        block.Data.CopyTo(slot);
        return length;
    }

    private protected override long UnstampedDelay(int bytes) =>
        (long)Math.Round(bytes / _layout.FrameBytes * (double)Timestamp.NanosecondsPerSecond / Info.RateHz);

    private static AudioDataMessage Read(ReadOnlySpan<byte> message, string what, bool isStamped, RosWire wire) =>
        isStamped ? AudioDataMessage.ReadStamped(message, what, wire) : AudioDataMessage.Read(message, what, wire);

    private static SensorInfo Derive(DecoderSource source, ReadOnlySpan<byte> firstMessage, bool isStamped)
    {
        if (source.Options.AudioInfo.IsEmpty)
        {
            throw new RecordingException(
                $"Cannot read {source.What}: the format of the audio is not in its messages and the recording has no "
                + $"{AudioInfoMessage.TypeName} on '{source.Channel.Topic}{RecordingTopics.InfoSuffix}'. "
                + "Record that topic too.");
        }

        AudioInfoMessage info = AudioInfoMessage.Read(
            source.Options.AudioInfo.Span, source.What + " info", source.Wire);
        AudioFormat format = Format(source, in info);
        if (info.Channels is < 1 or > SampleLimits.AudioChannels
            || info.SampleRate is < 1 or > SampleLimits.AudioRateHz)
        {
            throw new RecordingException(
                $"Cannot read {source.What}: its AudioInfo says 'channels' {info.Channels} and 'sample_rate' "
                + $"{info.SampleRate}; supported are 1..{SampleLimits.AudioChannels} and "
                + $"1..{SampleLimits.AudioRateHz}. The message is damaged.");
        }

        var one = new AudioLayout(info.Channels, format, 1);
        int frames = Math.Max(1, Read(firstMessage, source.What, isStamped, source.Wire).Data.Length / one.FrameBytes);
        long most = Math.Min((long)frames * BlockHeadroom, SampleLimits.SampleBytes / one.FrameBytes);
        return source.Foreign("microphone", one with { MaxFramesPerBlock = (int)most }, info.SampleRate) with
        {
            RateHz = info.SampleRate,
            FramesPerBlock = frames,
        };
    }

    private static AudioFormat Format(DecoderSource source, in AudioInfoMessage info)
    {
        bool isPcm = info.CodingFormat.IsEmpty || info.CodingFormat.SequenceEqual("wave"u8)
            || info.CodingFormat.SequenceEqual("pcm"u8);
        if (isPcm && Ascii.EqualsIgnoreCase(info.SampleFormat, "S16LE"u8))
        {
            return AudioFormat.Int16;
        }

        if (isPcm && Ascii.EqualsIgnoreCase(info.SampleFormat, "F32LE"u8))
        {
            return AudioFormat.Float32;
        }

        throw new RecordingException(
            $"Cannot read {source.What}: its AudioInfo says 'sample_format' "
            + $"'{Encoding.UTF8.GetString(info.SampleFormat)}' and 'coding_format' "
            + $"'{Encoding.UTF8.GetString(info.CodingFormat)}'; supported are S16LE and F32LE in wave. "
            + "Record uncompressed audio.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowBadLength(int length) => throw new RecordingException(
        $"Cannot use a message of {What}: field 'data' has {length} bytes; the channel has blocks of up to "
        + $"{_layout.MaxSampleBytes} bytes in frames of {_layout.FrameBytes}. The message is left out.");
}
