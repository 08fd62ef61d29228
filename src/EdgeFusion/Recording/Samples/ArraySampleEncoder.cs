using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Any vector as std_msgs/msg/Float32MultiArray, bit for bit.</summary>
/// <remarks>The message has no stamp; the capture time is the recorded publish time.</remarks>
internal sealed class ArraySampleEncoder(SensorInfo info, VectorLayout layout)
    : SampleEncoder(info, Float32MultiArrayMessage.TypeName)
{
    /// <summary>Encapsulation, one dimension without its label, offset, count; rounded up.</summary>
    private const int FixedBytes = 48;

    public override int MaxMessageBytes => checked(FixedBytes + FrameId.Length + layout.MaxSampleBytes);

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        RequireLength(payload.Length, layout.MaxSampleBytes);
        return Float32MultiArrayMessage.Write(destination, FrameId, MemoryMarshal.Cast<byte, float>(payload));
    }
}
