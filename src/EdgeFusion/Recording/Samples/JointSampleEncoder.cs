using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Joint positions, velocities and efforts as sensor_msgs/msg/JointState.</summary>
internal sealed class JointSampleEncoder : SampleEncoder
{
    /// <summary>Encapsulation, header without its text, four counts and padding; rounded up.</summary>
    private const int FixedBytes = 64;

    private readonly JointMap _map;

    public JointSampleEncoder(SensorInfo info, JointMap map)
        : base(info, JointStateMessage.TypeName)
    {
        _map = map;
        int names = 0;
        foreach (byte[] joint in map.Joints)
        {
            // Length, text, NUL, and padding before the next length.
            names += sizeof(uint) + joint.Length + 1 + (sizeof(uint) - 1);
        }

        int values = map.Elements[0].Length + map.Elements[1].Length + map.Elements[2].Length;
        MaxMessageBytes = checked(FixedBytes + FrameId.Length + names + (values * sizeof(double)));
    }

    public override int MaxMessageBytes { get; }

    public override int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        RequireLength(payload.Length, Info.Layout.MaxSampleBytes);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(payload);
        var writer = new CdrWriter(destination);
        RosHeader.Write(ref writer, header.Capture, FrameId);
        writer.WriteUInt32((uint)_map.Joints.Length);
        foreach (byte[] joint in _map.Joints)
        {
            writer.WriteString(joint);
        }

        foreach (int[] elements in _map.Elements)
        {
            writer.WriteUInt32((uint)elements.Length);
            foreach (int element in elements)
            {
                writer.WriteFloat64(values[element]);
            }
        }

        return writer.Length;
    }
}
