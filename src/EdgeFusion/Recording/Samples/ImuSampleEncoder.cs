using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Angular velocity, acceleration and perhaps orientation as sensor_msgs/msg/Imu.</summary>
internal sealed class ImuSampleEncoder(SensorInfo info, VectorLayout layout) : SampleEncoder(info, ImuMessage.TypeName)
{
    /// <summary>Encapsulation, header without its text and padding: at most 32 bytes; then 10 + 27 doubles.</summary>
    private const int FixedBytes = 32 + (37 * sizeof(double));

    public override int MaxMessageBytes => FixedBytes + FrameId.Length;

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        RequireLength(payload.Length, layout.MaxSampleBytes);
        return ImuMessage.Write(destination, header.Capture, FrameId, MemoryMarshal.Cast<byte, float>(payload));
    }
}
