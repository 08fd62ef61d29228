using System.Text;
using EdgeFusion.Recording.Samples;

namespace EdgeFusion.Sensing.Ros;

/// <summary>Which of a message's joints is which of ours, by name. Hot path: allocates nothing.</summary>
internal sealed class JointNames
{
    private readonly byte[][] _joints;
    private readonly int[] _places;
    private int _found;

    public JointNames(JointMap map)
    {
        Map = map;
        _joints = map.Joints;
        _places = new int[map.Joints.Length];
    }

    public JointMap Map { get; }

    /// <summary>Per joint of ours its place in the message.</summary>
    public ReadOnlySpan<int> Places => _places;

    /// <summary>Whether none of ours was in the message.</summary>
    public bool IsNone => _found == 0;

    /// <summary>Whether all of ours were in the message.</summary>
    public bool IsAll => _found == _joints.Length;

    /// <summary>Begins a message.</summary>
    public void Clear()
    {
        Array.Fill(_places, -1);
        _found = 0;
    }

    /// <summary>Takes the name at a place; of two equal names the first counts.</summary>
    public void Take(ReadOnlySpan<byte> name, int place)
    {
        int joint = Find(name, place);
        if (joint >= 0 && _places[joint] < 0)
        {
            _places[joint] = place;
            _found++;
        }
    }

    /// <summary>What is missing, for a message.</summary>
    public string Missing()
    {
        var names = new List<string>();
        for (int i = 0; i < _joints.Length; i++)
        {
            if (_places[i] < 0)
            {
                names.Add(Encoding.UTF8.GetString(_joints[i]));
            }
        }

        return "it lacks joint " + string.Join(", ", names);
    }

    private int Find(ReadOnlySpan<byte> name, int guess)
    {
        // Most publishers keep their order, so the same place is tried first.
        if (guess < _joints.Length && name.SequenceEqual(_joints[guess]))
        {
            return guess;
        }

        for (int i = 0; i < _joints.Length; i++)
        {
            if (name.SequenceEqual(_joints[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
