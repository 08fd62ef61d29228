using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Ros;

/// <summary>Samples as rosbridge writes them.</summary>
public static class RosJsonMessage
{
    private static readonly string[] Prefixes = ["q_", "dq_", "tau_"];
    private static readonly string[] Fields = ["position", "velocity", "effort"];

    /// <summary>A sample of a sensor as a message in JSON.</summary>
    public static string Of(SensorInfo info, Timestamp stamp, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Layout switch
        {
            FrameLayout frames => Image(frames, stamp, payload),
            AudioLayout => $"{{{Header(stamp)},\"audio\":{{\"data\":\"{Convert.ToBase64String(payload)}\"}}}}",
            VectorLayout { Elements: ["fx", ..] } => Wrench(stamp, MemoryMarshal.Cast<byte, float>(payload)),
            VectorLayout vector => Joints(vector, stamp, MemoryMarshal.Cast<byte, float>(payload)),
            _ => throw new ArgumentException($"Layout '{info.Layout}' is unknown.", nameof(info)),
        };
    }

    /// <summary>The type of those messages.</summary>
    public static string TypeOf(SensorInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Layout switch
        {
            FrameLayout => "sensor_msgs/msg/Image",
            AudioLayout => "audio_common_msgs/msg/AudioDataStamped",
            VectorLayout { Elements: ["fx", ..] } => "geometry_msgs/msg/WrenchStamped",
            _ => "sensor_msgs/msg/JointState",
        };
    }

    private static string Header(Timestamp stamp) => string.Create(
        CultureInfo.InvariantCulture,
        $"\"header\":{{\"stamp\":{{\"sec\":{stamp.Nanoseconds / Timestamp.NanosecondsPerSecond},"
        + $"\"nanosec\":{stamp.Nanoseconds % Timestamp.NanosecondsPerSecond}}},\"frame_id\":\"\"}}");

    private static string Image(FrameLayout frames, Timestamp stamp, ReadOnlySpan<byte> pixels)
    {
        string encoding = frames.Format switch
        {
            PixelFormat.Rgb8 => "rgb8",
            PixelFormat.Bgr8 => "bgr8",
            _ => "mono8",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{{Header(stamp)},\"height\":{frames.Height},\"width\":{frames.Width},\"encoding\":\"{encoding}\","
            + $"\"is_bigendian\":0,\"step\":{frames.Width * frames.Channels},\"data\":\"")
            + Convert.ToBase64String(pixels) + "\"}";
    }

    private static string Wrench(Timestamp stamp, ReadOnlySpan<float> values) =>
        $"{{{Header(stamp)},\"wrench\":{{\"force\":{Vector3(values[..3])},\"torque\":{Vector3(values[3..])}}}}}";

    private static string Vector3(ReadOnlySpan<float> values) =>
        $"{{\"x\":{Number(values[0])},\"y\":{Number(values[1])},\"z\":{Number(values[2])}}}";

    private static string Joints(VectorLayout vector, Timestamp stamp, ReadOnlySpan<float> values)
    {
        ImmutableArray<string> elements = vector.Elements;
        var text = new StringBuilder("{" + Header(stamp) + ",\"name\":[");
        string separator = "";
        foreach (string element in elements)
        {
            if (element.StartsWith(Prefixes[0], StringComparison.Ordinal))
            {
                text.Append(separator).Append('"').Append(element.AsSpan(Prefixes[0].Length)).Append('"');
                separator = ",";
            }
        }

        text.Append(']');
        for (int field = 0; field < Fields.Length; field++)
        {
            text.Append(",\"").Append(Fields[field]).Append("\":[");
            separator = "";
            for (int i = 0; i < elements.Length; i++)
            {
                if (elements[i].StartsWith(Prefixes[field], StringComparison.Ordinal))
                {
                    text.Append(separator).Append(Number(values[i]));
                    separator = ",";
                }
            }

            text.Append(']');
        }

        return text.Append('}').ToString();
    }

    /// <summary>JSON knows no NaN: null, as rosbridge writes it.</summary>
    private static string Number(float value) =>
        float.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "null";
}
