using System.Globalization;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>Raw frames as foxglove_msgs/msg/CompressedVideo, H.264 on the way.</summary>
internal sealed class VideoSampleEncoder : SampleEncoder
{
    /// <summary>Channel metadata: frames from one key frame to the next.</summary>
    public const string KeyFramesKey = "edgefusion.key_frames";

    /// <summary>Encapsulation, stamp, counts and format; rounded up.</summary>
    private const int FixedBytes = 48;

    /// <summary>How long an encoder that failed is left alone: each attempt may cost its patience.</summary>
    private const long RestNanoseconds = 5 * Timestamp.NanosecondsPerSecond;

    private readonly IVideoEncoder _encoder;
    private readonly FrameLayout _layout;
    private byte[] _unit = new byte[64 << 10];
    private int _bytes;
    private Timestamp? _failedAt;
    private string _failure = "";

    public VideoSampleEncoder(SensorInfo info, FrameLayout layout, IVideoEncoder encoder)
        : base(info, CompressedVideoMessage.TypeName)
    {
        _encoder = encoder;
        _layout = layout;
        Channel = Channel with
        {
            Metadata = Channel.Metadata.Add(
                KeyFramesKey, encoder.KeyFrames.ToString(CultureInfo.InvariantCulture)),
        };

        // Each file begins with a key frame, whatever the encoder did for the one before.
        encoder.Restart();
    }

    /// <summary>No bound follows from the layout: the size is known when the frame is compressed.</summary>
    public override int MaxMessageBytes => checked(FixedBytes + FrameId.Length + _layout.MaxSampleBytes);

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        if (_bytes == 0)
        {
            Prepare(header, payload);
        }

        var message = new CompressedVideoMessage
        {
            Stamp = header.Capture,
            Data = _unit.AsSpan(0, _bytes),
            Format = CompressedVideoMessage.H264,
        };
        _bytes = 0;
        return message.Write(destination, FrameId);
    }

    internal override int Prepare(in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        RequireLength(payload.Length, _layout.MaxSampleBytes);
        if (_failedAt is { } failed && header.Arrival.NanosecondsSince(failed) is >= 0 and < RestNanoseconds)
        {
            throw new RecordingException(_failure) { ConcernsSample = true };
        }

        try
        {
            ReadOnlySpan<byte> unit = _encoder.Encode(payload);
            if (unit.Length > _unit.Length)
            {
                _unit = new byte[2 * unit.Length];
            }

            unit.CopyTo(_unit);
            _bytes = unit.Length;
            _failedAt = null;
            return checked(FixedBytes + FrameId.Length + _bytes);
        }
        catch (RecordingException failure)
        {
            _failedAt = header.Arrival;
            _failure = failure.Message;
            throw new RecordingException(_failure, failure) { ConcernsSample = true };
        }
    }

    internal override void Interrupted()
    {
        _bytes = 0;
        _encoder.Restart();
    }
}
