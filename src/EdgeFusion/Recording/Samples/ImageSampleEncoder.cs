using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Frames as sensor_msgs/msg/Image.</summary>
internal sealed class ImageSampleEncoder : SampleEncoder
{
    /// <summary>Encapsulation, header without its text, sizes, encoding, step, count; rounded up.</summary>
    private const int FixedBytes = 64;

    private readonly FrameLayout _layout;

    public ImageSampleEncoder(SensorInfo info, FrameLayout layout)
        : base(info, ImageMessage.TypeName) => _layout = layout;

    public override int MaxMessageBytes => checked(FixedBytes + FrameId.Length + _layout.MaxSampleBytes);

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        RequireLength(payload.Length, _layout.MaxSampleBytes);
        var message = new ImageMessage
        {
            Stamp = header.Capture,
            Height = (uint)_layout.Height,
            Width = (uint)_layout.Width,
            Encoding = FormatNames.Ros(_layout.Format),
            Step = (uint)(_layout.Width * _layout.Channels),
            Data = payload,
        };
        return message.Write(destination, FrameId);
    }
}
