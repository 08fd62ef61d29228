using System.Collections.Immutable;

namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>
/// What the servos of one round have told: per joint the bytes of the block of interest, and which of them are there.
/// Hot path; allocates nothing.
/// </summary>
internal sealed class ServoRound
{
    private readonly ImmutableArray<ServoJoint> _joints;
    private readonly byte[] _blocks;
    private readonly uint[] _have;
    private readonly int _address;
    private readonly int _length;
    private readonly uint _needed;

    /// <summary>Creates an empty round.</summary>
    /// <param name="joints">The joints.</param>
    /// <param name="address">First register of the block.</param>
    /// <param name="length">Bytes of the block, up to 32.</param>
    /// <param name="needed">Bit i = byte i of the block is needed.</param>
    public ServoRound(ImmutableArray<ServoJoint> joints, int address, int length, uint needed)
    {
        _joints = joints;
        _address = address;
        _length = length;
        _needed = needed;
        _blocks = new byte[joints.Length * length];
        _have = new uint[joints.Length];
    }

    /// <summary>Answers that came twice, from servos not asked, or with an error.</summary>
    public long Refused { get; private set; }

    public bool IsComplete
    {
        get
        {
            foreach (uint have in _have)
            {
                if ((have & _needed) != _needed)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void Clear() => Array.Clear(_have);

    public ReadOnlySpan<byte> Block(int joint) => _blocks.AsSpan(joint * _length, _length);

    /// <summary>The first joint that is missing; for messages.</summary>
    public ServoJoint FirstMissing()
    {
        for (int i = 0; i < _have.Length; i++)
        {
            if ((_have[i] & _needed) != _needed)
            {
                return _joints[i];
            }
        }

        return _joints[0];
    }

    /// <summary>Takes registers of a servo.</summary>
    /// <param name="id">The servo.</param>
    /// <param name="address">Address of the first byte.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="again">Whether a servo may answer again within a round (listening).</param>
    public void Put(byte id, int address, ReadOnlySpan<byte> data, bool again)
    {
        int joint = IndexOf(id);
        int from = Math.Max(address, _address);
        int to = Math.Min(address + data.Length, _address + _length);
        if (joint < 0 || from >= to)
        {
            return;
        }

        uint bits = ((1u << (to - from)) - 1) << (from - _address);
        if (!again && (_have[joint] & bits) != 0)
        {
            Refused++;
            return;
        }

        data[(from - address)..(to - address)].CopyTo(_blocks.AsSpan((joint * _length) + from - _address));
        _have[joint] |= bits;
    }

    public void Refuse() => Refused++;

    public bool Knows(byte id) => IndexOf(id) >= 0;

    private int IndexOf(byte id)
    {
        for (int i = 0; i < _joints.Length; i++)
        {
            if (_joints[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }
}
