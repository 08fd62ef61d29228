using System.Runtime.InteropServices;
using System.Text.Json;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>Messages that are a handful of named numbers in nested objects: WrenchStamped, Imu.</summary>
/// <param name="paths">Per element the names of the members on the way to it, behind the outermost "wrench".</param>
internal sealed class JsonVectorDecoder((string Group, string Axis)[] paths) : JsonDecoder
{
    /// <summary>fx fy fz tx ty tz.</summary>
    public static readonly (string Group, string Axis)[] Wrench =
    [
        ("force", "x"), ("force", "y"), ("force", "z"), ("torque", "x"), ("torque", "y"), ("torque", "z"),
    ];

    /// <summary>wx wy wz ax ay az qx qy qz qw.</summary>
    public static readonly (string Group, string Axis)[] Imu =
    [
        ("angular_velocity", "x"), ("angular_velocity", "y"), ("angular_velocity", "z"),
        ("linear_acceleration", "x"), ("linear_acceleration", "y"), ("linear_acceleration", "z"),
        ("orientation", "x"), ("orientation", "y"), ("orientation", "z"), ("orientation", "w"),
    ];

    private const int Axes = 4;

    private readonly double[] _found = new double[paths.Length];
    private readonly double[] _axes = new double[Axes];

    protected override RosVerdict Read(ref Utf8JsonReader reader, Span<byte> slot, out RosSample sample)
    {
        sample = default;
        Array.Fill(_found, double.NaN);
        Timestamp stamp = default;
        while (RosJson.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("header"u8))
            {
                stamp = RosJson.ReadHeader(ref reader);
            }
            else if (reader.ValueTextEquals("wrench"u8))
            {
                ReadGroups(ref reader);
            }
            else
            {
                ReadGroup(ref reader);
            }
        }

        Span<float> values = MemoryMarshal.Cast<byte, float>(slot);
        for (int i = 0; i < paths.Length; i++)
        {
            float value = (float)_found[i];
            if (!float.IsFinite(value))
            {
                Fault = $"its field '{paths[i].Group}.{paths[i].Axis}' is missing or no number";
                return RosVerdict.Bad;
            }

            values[i] = value;
        }

        sample = new RosSample(paths.Length * sizeof(float), stamp);
        return RosVerdict.Good;
    }

    private void ReadGroups(ref Utf8JsonReader reader)
    {
        if (!RosJson.EnterObject(ref reader))
        {
            return;
        }

        while (RosJson.NextMember(ref reader))
        {
            ReadGroup(ref reader);
        }
    }

    /// <summary>Reads a member whose object may hold axes; anything else is passed over.</summary>
    private void ReadGroup(ref Utf8JsonReader reader)
    {
        int first = FirstOf(ref reader);
        if (first < 0)
        {
            RosJson.SkipValue(ref reader);
            return;
        }

        if (!RosJson.EnterObject(ref reader))
        {
            return;
        }

        Array.Fill(_axes, double.NaN);
        while (RosJson.NextMember(ref reader))
        {
            int axis = AxisOf(ref reader);
            double value = RosJson.ReadNumber(ref reader);
            if (axis >= 0)
            {
                _axes[axis] = value;
            }
        }

        string group = paths[first].Group;
        for (int i = first; i < paths.Length && paths[i].Group == group; i++)
        {
            _found[i] = _axes[i - first];
        }
    }

    private int FirstOf(ref Utf8JsonReader reader)
    {
        for (int i = 0; i < paths.Length; i++)
        {
            if (reader.ValueTextEquals(paths[i].Group))
            {
                return i;
            }
        }

        return -1;
    }

    private static int AxisOf(ref Utf8JsonReader reader) => reader switch
    {
        _ when reader.ValueTextEquals("x"u8) => 0,
        _ when reader.ValueTextEquals("y"u8) => 1,
        _ when reader.ValueTextEquals("z"u8) => 2,
        _ when reader.ValueTextEquals("w"u8) => 3,
        _ => -1,
    };
}
