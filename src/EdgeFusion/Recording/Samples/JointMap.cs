using System.Diagnostics.CodeAnalysis;
using System.Text;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>
/// How the elements of a vector named q_JOINT, dq_JOINT and tau_JOINT lie in the position, velocity and effort arrays
/// of a JointState. Joints keep the order in which they first occur.
/// </summary>
internal sealed class JointMap
{
    /// <summary>Element prefixes: position, velocity, effort.</summary>
    public static readonly string[] Prefixes = ["q_", "dq_", "tau_"];

    /// <summary>Units of <see cref="Prefixes"/> for revolute joints.</summary>
    public static readonly string[] Units = ["rad", "rad/s", "Nm"];

    private JointMap(byte[][] joints, int[][] elements)
    {
        Joints = joints;
        Elements = elements;
    }

    /// <summary>Names of the joints as UTF-8.</summary>
    public byte[][] Joints { get; }

    /// <summary>Per array (position, velocity, effort) the element of each joint; empty where the array is
    /// unused.</summary>
    public int[][] Elements { get; }

    /// <summary>Reads the map off the elements' names.</summary>
    /// <returns>
    /// False where a name has another prefix, occurs twice, or a used array lacks a joint that another one has.
    /// </returns>
    public static bool TryCreate(VectorLayout layout, [NotNullWhen(true)] out JointMap? map)
    {
        map = null;
        var joints = new List<string>();
        var places = new Dictionary<(int Array, string Joint), int>();
        for (int i = 0; i < layout.Width; i++)
        {
            if (!TrySplit(layout.Elements[i], out int array, out string joint) || !places.TryAdd((array, joint), i))
            {
                return false;
            }

            if (!joints.Contains(joint))
            {
                joints.Add(joint);
            }
        }

        int[][] elements = [[], [], []];
        for (int array = 0; array < Prefixes.Length; array++)
        {
            if (!TryCollect(places, joints, array, out elements[array]))
            {
                return false;
            }
        }

        map = new JointMap([.. joints.ConvertAll(Encoding.UTF8.GetBytes)], elements);
        return true;
    }

    private static bool TryCollect(
        Dictionary<(int Array, string Joint), int> places, List<string> joints, int array, out int[] elements)
    {
        var found = new List<int>(joints.Count);
        foreach (string joint in joints)
        {
            if (places.TryGetValue((array, joint), out int element))
            {
                found.Add(element);
            }
        }

        elements = [.. found];
        return found.Count == 0 || found.Count == joints.Count;
    }

    private static bool TrySplit(string element, out int array, out string joint)
    {
        for (array = 0; array < Prefixes.Length; array++)
        {
            if (element.StartsWith(Prefixes[array], StringComparison.Ordinal)
                && element.Length > Prefixes[array].Length)
            {
                joint = element[Prefixes[array].Length..];
                return true;
            }
        }

        joint = "";
        return false;
    }
}
