using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>Names of pixel and audio formats as recordings write them.</summary>
internal static class FormatNames
{
    public static string Of(PixelFormat format) => format switch
    {
        Sensing.PixelFormat.Rgb8 => "rgb8",
        Sensing.PixelFormat.Bgr8 => "bgr8",
        _ => "gray8",
    };

    public static string Of(AudioFormat format) => format == Sensing.AudioFormat.Float32 ? "f32le" : "s16le";

    /// <exception cref="FormatException">An unknown name.</exception>
    public static PixelFormat PixelFormat(string? name) => name switch
    {
        "rgb8" => Sensing.PixelFormat.Rgb8,
        "bgr8" => Sensing.PixelFormat.Bgr8,
        "gray8" => Sensing.PixelFormat.Gray8,
        _ => throw new FormatException($"pixel_format '{name}' is none of rgb8, bgr8, gray8"),
    };

    /// <exception cref="FormatException">An unknown name.</exception>
    public static AudioFormat AudioFormat(string? name) => name switch
    {
        "f32le" => Sensing.AudioFormat.Float32,
        "s16le" => Sensing.AudioFormat.Int16,
        _ => throw new FormatException($"format '{name}' is none of f32le, s16le"),
    };

    /// <summary>The name of a pixel format in sensor_msgs/msg/Image.</summary>
    public static ReadOnlySpan<byte> Ros(PixelFormat format) => format switch
    {
        Sensing.PixelFormat.Rgb8 => "rgb8"u8,
        Sensing.PixelFormat.Bgr8 => "bgr8"u8,
        _ => "mono8"u8,
    };

    /// <summary>The pixel format of a name in sensor_msgs/msg/Image.</summary>
    /// <returns>False for a format that samples cannot hold.</returns>
    public static bool TryRos(ReadOnlySpan<byte> name, out PixelFormat format)
    {
        // 8UC3 is an OpenCV matrix, which is blue first by custom.
        (bool known, format) = name switch
        {
            _ when name.SequenceEqual("rgb8"u8) => (true, Sensing.PixelFormat.Rgb8),
            _ when name.SequenceEqual("bgr8"u8) || name.SequenceEqual("8UC3"u8) => (true, Sensing.PixelFormat.Bgr8),
            _ when name.SequenceEqual("mono8"u8) || name.SequenceEqual("8UC1"u8) => (true, Sensing.PixelFormat.Gray8),
            _ => (false, Sensing.PixelFormat.Rgb8),
        };
        return known;
    }
}
