using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Samples;

/// <summary>
/// sensor_msgs/msg/JointState into q_*, dq_* and tau_* elements, mapped by the joints' names: a later message may list
/// the joints in any order and hold further ones.
/// </summary>
internal sealed class JointSampleDecoder : SampleDecoder
{
    private const double UsualRateHz = 100;
    private static readonly string[] Fields = ["position", "velocity", "effort"];

    private readonly JointMap _map;
    private readonly int _width;

    /// <summary>Per joint of the map its place in the message at hand.</summary>
    private readonly int[] _places;

    private JointSampleDecoder(DecoderSource source, VectorLayout layout, JointMap map)
        : base(source, source.Foreign("proprioception", layout, UsualRateHz))
    {
        _map = map;
        _width = layout.Width;
        _places = new int[map.Joints.Length];
    }

    public static JointSampleDecoder Create(DecoderSource source, ReadOnlySpan<byte> firstMessage)
    {
        VectorLayout layout = source.OwnLayout<VectorLayout>() ?? Derive(source, firstMessage);
        return JointMap.TryCreate(layout, out JointMap? map)
            ? new JointSampleDecoder(source, layout, map)
            : throw new RecordingException(
                $"Cannot read {source.What}: its joints do not make a vector of q_*, dq_* and tau_* elements (a name "
                + "occurs twice or is empty). Fix the publisher's joint names.");
    }

    private protected override int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp)
    {
        JointStateMessage joints = JointStateMessage.Read(message, What, Wire);
        stamp = joints.Stamp;
        FindPlaces(in joints);
        Span<float> values = MemoryMarshal.Cast<byte, float>(slot);
        Fill(joints.Position, 0, values);
        Fill(joints.Velocity, 1, values);
        Fill(joints.Effort, 2, values);
        return _width * sizeof(float);
    }

    private void FindPlaces(in JointStateMessage message)
    {
        Array.Fill(_places, -1);
        JointStateMessage.NameReader names = message.Names();
        for (int i = 0; i < message.NameCount; i++)
        {
            int joint = Find(names.Next(), i);
            if (joint >= 0)
            {
                _places[joint] = i;
            }
        }

        int missing = _places.AsSpan().IndexOf(-1);
        if (missing >= 0)
        {
            ThrowMissing("name", _map.Joints[missing]);
        }
    }

    private int Find(ReadOnlySpan<byte> name, int guess)
    {
        // Most publishers keep their order, so the same place is tried first.
        byte[][] joints = _map.Joints;
        if (guess < joints.Length && name.SequenceEqual(joints[guess]))
        {
            return guess;
        }

        for (int i = 0; i < joints.Length; i++)
        {
            if (name.SequenceEqual(joints[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private void Fill(in CdrNumbers source, int array, Span<float> values)
    {
        int[] elements = _map.Elements[array];
        if (elements.Length > 0 && source.Count == 0)
        {
            ThrowMissing(Fields[array], _map.Joints[0]);
        }

        for (int joint = 0; joint < elements.Length; joint++)
        {
            values[elements[joint]] = FloatFields.Narrow(source[_places[joint]], What, Fields[array], _places[joint]);
        }
    }

    private static VectorLayout Derive(DecoderSource source, ReadOnlySpan<byte> firstMessage)
    {
        JointStateMessage first = JointStateMessage.Read(firstMessage, source.What, source.Wire);
        if (first.NameCount > SampleLimits.VectorElements / JointMap.Prefixes.Length)
        {
            throw new RecordingException($"Cannot read {source.What}: field 'name' has {first.NameCount} elements.");
        }

        ImmutableArray<string>.Builder elements = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<string>.Builder units = ImmutableArray.CreateBuilder<string>();
        AddElements(in first, first.Position, 0, elements, units);
        AddElements(in first, first.Velocity, 1, elements, units);
        AddElements(in first, first.Effort, 2, elements, units);
        return elements.Count > 0
            ? new VectorLayout(elements.ToImmutable(), units.ToImmutable())
            : throw new RecordingException(
                $"Cannot read {source.What}: the first message has no finite 'position', 'velocity' or 'effort'.");
    }

    private static void AddElements(
        in JointStateMessage message, in CdrNumbers values, int array,
        ImmutableArray<string>.Builder elements, ImmutableArray<string>.Builder units)
    {
        if (!HasNumbers(in values))
        {
            return;
        }

        JointStateMessage.NameReader names = message.Names();
        for (int i = 0; i < message.NameCount; i++)
        {
            elements.Add(JointMap.Prefixes[array] + Encoding.UTF8.GetString(names.Next()));
            units.Add(JointMap.Units[array]);
        }
    }

    // Drivers without, say, effort leave the array empty or fill it with NaN.
    private static bool HasNumbers(in CdrNumbers values)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (!double.IsNaN(values[i]))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowMissing(string field, byte[] joint) => throw new RecordingException(
        $"Cannot use a message of {What}: field '{field}' lacks joint '{Encoding.UTF8.GetString(joint)}', which the "
        + "channel's first message has. The message is left out; if several publishers share the topic, record them on "
        + "topics of their own.");
}
