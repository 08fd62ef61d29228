using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Raw frames as sensor_msgs/msg/CompressedImage, compressed on the way.</summary>
internal sealed class JpegSampleEncoder : SampleEncoder
{
    /// <summary>Encapsulation, header without its text, format, count; rounded up.</summary>
    private const int FixedBytes = 48;

    private readonly IImageEncoder _encoder;
    private readonly FrameLayout _layout;
    private readonly byte[] _jpeg;

    public JpegSampleEncoder(SensorInfo info, FrameLayout layout, IImageEncoder encoder)
        : base(info, CompressedImageMessage.TypeName)
    {
        _encoder = encoder;
        _layout = layout;
        _jpeg = new byte[encoder.MaxBytes(layout)];
    }

    public override int MaxMessageBytes => checked(FixedBytes + FrameId.Length + _jpeg.Length);

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        RequireLength(payload.Length, _layout.MaxSampleBytes);
        int bytes = _encoder.Encode(_layout, payload, _jpeg);
        var message = new CompressedImageMessage
        {
            Stamp = header.Capture,
            Format = "jpeg"u8,
            Data = _jpeg.AsSpan(0, bytes),
        };
        return message.Write(destination, FrameId);
    }
}
