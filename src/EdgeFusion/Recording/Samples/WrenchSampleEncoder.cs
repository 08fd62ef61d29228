using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Force and torque as geometry_msgs/msg/WrenchStamped.</summary>
internal sealed class WrenchSampleEncoder(SensorInfo info) : SampleEncoder(info, WrenchStampedMessage.TypeName)
{
    /// <summary>Encapsulation, header without its text and padding: at most 32 bytes; then six doubles.</summary>
    private const int FixedBytes = 32 + (WrenchStampedMessage.Width * sizeof(double));

    public override int MaxMessageBytes => FixedBytes + FrameId.Length;

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        RequireLength(payload.Length, Info.Layout.MaxSampleBytes);
        return WrenchStampedMessage.Write(
            destination, header.Capture, FrameId, MemoryMarshal.Cast<byte, float>(payload));
    }
}
