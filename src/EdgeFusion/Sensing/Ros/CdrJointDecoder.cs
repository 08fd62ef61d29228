using System.Runtime.InteropServices;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Recording.Samples;

namespace EdgeFusion.Sensing.Ros;

/// <summary>
/// sensor_msgs/msg/JointState in CDR. Joints are found by name; messages of other publishers on the same topic are
/// passed over, not taken for faults.
/// </summary>
internal sealed class CdrJointDecoder(JointMap map, string what) : RosDecoder
{
    private readonly JointNames _names = new(map);

    public override RosVerdict Decode(ReadOnlySpan<byte> message, Span<byte> slot, out RosSample sample)
    {
        sample = default;
        try
        {
            JointStateMessage joints = JointStateMessage.Read(message, what);
            return Decode(in joints, MemoryMarshal.Cast<byte, float>(slot), out sample);
        }
        catch (RecordingException fault)
        {
            Fault = fault.Message;
            return RosVerdict.Bad;
        }
    }

    private RosVerdict Decode(in JointStateMessage joints, Span<float> values, out RosSample sample)
    {
        sample = default;
        _names.Clear();
        JointStateMessage.NameReader reader = joints.Names();
        for (int i = 0; i < joints.NameCount; i++)
        {
            _names.Take(reader.Next(), i);
        }

        if (!_names.IsAll)
        {
            Fault = _names.Missing();
            return _names.IsNone ? RosVerdict.NotOurs : RosVerdict.Bad;
        }

        int width = 0;
        for (int array = 0; array < map.Elements.Length; array++)
        {
            CdrNumbers source = array == 0 ? joints.Position : array == 1 ? joints.Velocity : joints.Effort;
            if (!TryFill(in source, map.Elements[array], array, values))
            {
                return RosVerdict.Bad;
            }

            width += map.Elements[array].Length;
        }

        sample = new RosSample(width * sizeof(float), joints.Stamp);
        return RosVerdict.Good;
    }

    private bool TryFill(in CdrNumbers source, int[] elements, int array, Span<float> values)
    {
        if (elements.Length > 0 && source.Count == 0)
        {
            Fault = JointFaults.Empty(array);
            return false;
        }

        for (int joint = 0; joint < elements.Length; joint++)
        {
            float value = (float)source[_names.Places[joint]];
            if (!float.IsFinite(value))
            {
                Fault = JointFaults.NotFinite(array);
                return false;
            }

            values[elements[joint]] = value;
        }

        return true;
    }
}
