using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>JPEG or PNG files as sensor_msgs/msg/CompressedImage, byte for byte.</summary>
internal sealed class CompressedSampleEncoder(SensorInfo info)
    : SampleEncoder(info, CompressedImageMessage.TypeName)
{
    /// <summary>Encapsulation, header without its text, format, count; rounded up.</summary>
    private const int FixedBytes = 48;

    /// <summary>No bound follows from the layout; see <see cref="MessageBytes"/>.</summary>
    public override int MaxMessageBytes => SampleLimits.SampleBytes;

    public override int MessageBytes(int payloadBytes) => checked(FixedBytes + FrameId.Length + payloadBytes);

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        bool isPng = !payload.IsEmpty && payload[0] == 0x89;
        var message = new CompressedImageMessage
        {
            Stamp = header.Capture,
            Format = isPng ? "png"u8 : "jpeg"u8,
            Data = payload,
        };
        return message.Write(destination, FrameId);
    }
}
