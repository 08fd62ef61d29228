using System.Globalization;
using System.Text;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>foxglove_msgs/msg/CompressedVideo into frames, decoded by an adapter. Only H.264 of our own recordings:
/// others do not say the size of the pictures.</summary>
internal sealed class VideoSampleDecoder : SampleDecoder
{
    private const double UsualRateHz = 30;
    private const int UsualKeyFrames = 90;

    private readonly FrameLayout _layout;
    private readonly IVideoDecoder _decoder;
    private bool _waitsForKey = true;

    private VideoSampleDecoder(DecoderSource source, FrameLayout layout, IVideoDecoder decoder)
        : base(source, source.Foreign("camera", layout, UsualRateHz))
    {
        _layout = layout;
        _decoder = decoder;
        int frames = int.TryParse(
            source.Channel.Metadata.GetValueOrDefault(VideoSampleEncoder.KeyFramesKey),
            NumberStyles.None, CultureInfo.InvariantCulture, out int said) ? said : UsualKeyFrames;

        // Twice: frames may have been lost between two key frames.
        LeadNanoseconds = (long)Math.Clamp(2e9 * frames / Info.RateHz, 0, 60e9);
    }

    internal override long LeadNanoseconds { get; }

    public static VideoSampleDecoder Create(DecoderSource source)
    {
        FrameLayout layout = source.OwnLayout<FrameLayout>() ?? throw new RecordingException(
            $"Cannot read {source.What}: the channel does not say the size of its pictures (metadata "
            + $"'{ChannelLayout.LayoutKey}'). Convert it to images, or export it to MP4 with the tool that wrote it "
            + "and import that ('edgefusion import --video').");
        Func<FrameLayout, IVideoDecoder> open = source.Options.VideoDecoder ?? throw new RecordingException(
            $"Cannot read {source.What}: this build has no decoder for H.264.");
        try
        {
            return new VideoSampleDecoder(source, layout, open(layout));
        }
        catch (RecordingException fault)
        {
            throw new RecordingException($"Cannot read {source.What}: {fault.Message}", fault);
        }
    }

    internal override void Restart()
    {
        _waitsForKey = true;
        _decoder.Restart();
    }

    internal override void Release() => _decoder.Dispose();

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        CompressedVideoMessage video = CompressedVideoMessage.Read(message, What);
        stamp = video.Stamp;
        if (!video.Format.SequenceEqual(CompressedVideoMessage.H264))
        {
            throw new RecordingException(
                $"Cannot use a message of {What}: field 'format' is '{Encoding.UTF8.GetString(video.Format)}'; "
                + "supported is h264. The message is left out.");
        }

        if (_waitsForKey && !AnnexB.IsKeyFrame(video.Data))
        {
            throw new RecordingException(
                $"Cannot use a message of {What}: the frames that it builds on are not there; the next key frame is "
                + "the first that can be decoded. The message is left out.");
        }

        try
        {
            _decoder.Decode(video.Data, slot[.._layout.MaxSampleBytes]);
            _waitsForKey = false;
            return _layout.MaxSampleBytes;
        }
        catch (RecordingException fault)
        {
            Restart();
            throw new RecordingException($"Cannot use a message of {What}: {fault.Message}", fault);
        }
    }
}
