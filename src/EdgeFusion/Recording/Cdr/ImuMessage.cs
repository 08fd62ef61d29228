using EdgeFusion.Time;

namespace EdgeFusion.Recording.Cdr;

/// <summary>sensor_msgs/msg/Imu: orientation, angular velocity and linear acceleration.</summary>
internal readonly ref struct ImuMessage
{
    public const string TypeName = "sensor_msgs/msg/Imu";

    private const int CovarianceLength = 9;
    private const int QuaternionLength = 4;
    private const int VectorLength = 3;

    public Timestamp Stamp { get; init; }

    /// <summary>Quaternion x y z w.</summary>
    public CdrNumbers Orientation { get; init; }

    /// <summary>
    /// Whether the orientation is a measurement: the first covariance is not -1, the mark for "none", and the
    /// quaternion is not all zero.
    /// </summary>
    public bool HasOrientation { get; init; }

    /// <summary>X y z in rad/s.</summary>
    public CdrNumbers AngularVelocity { get; init; }

    /// <summary>X y z in m/s^2.</summary>
    public CdrNumbers LinearAcceleration { get; init; }

    public static ImuMessage Read(
        ReadOnlySpan<byte> message, string what = TypeName, RosWire wire = RosWire.Cdr)
    {
        var reader = new CdrReader(message, what, wire);
        RosHeader header = RosHeader.Read(ref reader, what);
        CdrNumbers orientation = reader.ReadFloat64Array("orientation", QuaternionLength);
        CdrNumbers covariance = reader.ReadFloat64Array("orientation_covariance", CovarianceLength);
        CdrNumbers angularVelocity = reader.ReadFloat64Array("angular_velocity", VectorLength);
        reader.ReadFloat64Array("angular_velocity_covariance", CovarianceLength);
        CdrNumbers acceleration = reader.ReadFloat64Array("linear_acceleration", VectorLength);
        reader.ReadFloat64Array("linear_acceleration_covariance", CovarianceLength);
        bool isZero = orientation[0] == 0 && orientation[1] == 0 && orientation[2] == 0 && orientation[3] == 0;
        return new ImuMessage
        {
            Stamp = header.Stamp,
            Orientation = orientation,
            HasOrientation = covariance[0] != -1 && !isZero,
            AngularVelocity = angularVelocity,
            LinearAcceleration = acceleration,
        };
    }

    /// <param name="destination">Large enough.</param>
    /// <param name="stamp">Header stamp.</param>
    /// <param name="frameId">Header frame.</param>
    /// <param name="values">wx wy wz ax ay az, and qx qy qz qw where there is an orientation.</param>
    /// <param name="isBigEndian">For tests of readers.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> destination, Timestamp stamp, ReadOnlySpan<byte> frameId, ReadOnlySpan<float> values,
        bool isBigEndian = false)
    {
        var writer = new CdrWriter(destination, isBigEndian);
        RosHeader.Write(ref writer, stamp, frameId);
        bool hasOrientation = values.Length > 2 * VectorLength;
        for (int i = 0; i < QuaternionLength; i++)
        {
            writer.WriteFloat64(hasOrientation ? values[(2 * VectorLength) + i] : 0);
        }

        WriteCovariance(ref writer, hasOrientation ? 0 : -1);
        WriteVector(ref writer, values[..VectorLength]);
        WriteCovariance(ref writer, 0);
        WriteVector(ref writer, values.Slice(VectorLength, VectorLength));
        WriteCovariance(ref writer, 0);
        return writer.Length;
    }

    private static void WriteVector(ref CdrWriter writer, ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            writer.WriteFloat64(value);
        }
    }

    // All zero means "unknown" in ROS; -1 in the first place means "no such measurement".
    private static void WriteCovariance(ref CdrWriter writer, double first)
    {
        writer.WriteFloat64(first);
        for (int i = 1; i < CovarianceLength; i++)
        {
            writer.WriteFloat64(0);
        }
    }
}
