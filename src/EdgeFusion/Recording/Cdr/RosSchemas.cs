namespace EdgeFusion.Recording.Cdr;

/// <summary>
/// Schema texts ("ros2msg"): the fields of a type, then those of each type it uses, set apart by a line of 80 "=" and
/// one "MSG: package/Type". With them Foxglove and the ROS tools open our recordings without ROS.
/// </summary>
internal static class RosSchemas
{
    /// <summary>Name of this schema encoding in MCAP.</summary>
    public const string Encoding = "ros2msg";

    /// <summary>Name of the message encoding in MCAP.</summary>
    public const string MessageEncoding = "cdr";

    /// <summary>Name of the schema encoding of ROS 1.</summary>
    public const string Ros1Encoding = "ros1msg";

    /// <summary>Name of the message encoding of ROS 1.</summary>
    public const string Ros1MessageEncoding = "ros1";

    private const string Separator =
        "================================================================================\n";

    private const string Header =
        Separator + "MSG: std_msgs/Header\nbuiltin_interfaces/Time stamp\nstring frame_id\n" + Time;

    private const string Time = Separator + "MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n";

    private const string Vector3 = Separator + "MSG: geometry_msgs/Vector3\nfloat64 x\nfloat64 y\nfloat64 z\n";

    /// <summary>The text of a type.</summary>
    /// <exception cref="ArgumentException">A type that is not written here.</exception>
    public static string Text(string typeName) => typeName switch
    {
        ImageMessage.TypeName =>
            "std_msgs/Header header\nuint32 height\nuint32 width\nstring encoding\nuint8 is_bigendian\nuint32 step\n"
            + "uint8[] data\n" + Header,
        CompressedImageMessage.TypeName => "std_msgs/Header header\nstring format\nuint8[] data\n" + Header,
        CompressedVideoMessage.TypeName =>
            "builtin_interfaces/Time timestamp\nstring frame_id\nuint8[] data\nstring format\n" + Time,
        ImuMessage.TypeName =>
            "std_msgs/Header header\ngeometry_msgs/Quaternion orientation\nfloat64[9] orientation_covariance\n"
            + "geometry_msgs/Vector3 angular_velocity\nfloat64[9] angular_velocity_covariance\n"
            + "geometry_msgs/Vector3 linear_acceleration\nfloat64[9] linear_acceleration_covariance\n" + Header
            + Separator + "MSG: geometry_msgs/Quaternion\nfloat64 x\nfloat64 y\nfloat64 z\nfloat64 w\n" + Vector3,
        JointStateMessage.TypeName =>
            "std_msgs/Header header\nstring[] name\nfloat64[] position\nfloat64[] velocity\n"
            + "float64[] effort\n" + Header,
        WrenchStampedMessage.TypeName =>
            "std_msgs/Header header\ngeometry_msgs/Wrench wrench\n" + Header
            + Separator + "MSG: geometry_msgs/Wrench\ngeometry_msgs/Vector3 force\ngeometry_msgs/Vector3 torque\n"
            + Vector3,
        AudioDataMessage.StampedTypeName =>
            "std_msgs/Header header\naudio_common_msgs/AudioData audio\n" + Header
            + Separator + "MSG: audio_common_msgs/AudioData\nuint8[] data\n",
        AudioDataMessage.TypeName => "uint8[] data\n",
        AudioInfoMessage.TypeName =>
            "uint8 channels\nuint32 sample_rate\nstring sample_format\nuint32 bitrate\nstring coding_format\n",
        Float32MultiArrayMessage.TypeName =>
            "std_msgs/MultiArrayLayout layout\nfloat32[] data\n"
            + Separator + "MSG: std_msgs/MultiArrayLayout\nstd_msgs/MultiArrayDimension[] dim\nuint32 data_offset\n"
            + Separator + "MSG: std_msgs/MultiArrayDimension\nstring label\nuint32 size\nuint32 stride\n",
        _ => throw new ArgumentException($"No schema text for '{typeName}'.", nameof(typeName)),
    };
}
