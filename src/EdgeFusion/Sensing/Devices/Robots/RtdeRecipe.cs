using System.Collections.Immutable;
using System.Text;

namespace EdgeFusion.Sensing.Devices.Robots;

/// <summary>What a controller agreed to send: the place of each variable in a data packet.</summary>
internal sealed class RtdeRecipe
{
    private readonly ImmutableArray<string> _names;
    private readonly int[] _offsets;

    private RtdeRecipe(byte id, ImmutableArray<string> names, int[] offsets, int length)
    {
        Id = id;
        _names = names;
        _offsets = offsets;
        PacketBytes = length;
    }

    /// <summary>Number of the recipe; stands in each data packet.</summary>
    public byte Id { get; }

    /// <summary>Bytes of each data packet.</summary>
    public int PacketBytes { get; }

    /// <summary>Reads the answer to a request for outputs.</summary>
    /// <param name="answer">The whole packet.</param>
    /// <param name="names">What was asked for.</param>
    /// <exception cref="SensorException">The controller does not have all of it; the message names what is
    /// missing.</exception>
    public static RtdeRecipe Read(ReadOnlySpan<byte> answer, ImmutableArray<string> names)
    {
        if (answer.Length < RtdePackets.HeaderBytes + 1)
        {
            throw new SensorException("The robot's answer to the RTDE output request is cut off.");
        }

        string[] types = Encoding.ASCII.GetString(answer[(RtdePackets.HeaderBytes + 1)..]).Split(',');
        var missing = new List<string>();
        var offsets = new int[names.Length];
        int at = RtdePackets.HeaderBytes + 1;
        for (int i = 0; i < names.Length; i++)
        {
            offsets[i] = at;
            int size = i < types.Length ? RtdePackets.SizeOf(types[i]) : 0;
            at += size;
            if (size == 0)
            {
                missing.Add($"{names[i]} ({(i < types.Length ? types[i] : "no answer")})");
            }
        }

        byte id = answer[RtdePackets.HeaderBytes];
        return missing.Count == 0 && types.Length == names.Length
            ? new RtdeRecipe(id, names, offsets, at)
            : throw new SensorException(
                $"The robot's controller does not send {string.Join(", ", missing)} over RTDE. Update its software, "
                + "or leave the field out.");
    }

    /// <summary>Where a variable stands in a data packet; -1 where it was not asked for.</summary>
    public int OffsetOf(string name)
    {
        int index = _names.IndexOf(name);
        return index < 0 ? -1 : _offsets[index];
    }
}
