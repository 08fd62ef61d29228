using System.Collections.Immutable;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>Vectors that a ROS message exists for, known by the names of their elements.</summary>
internal static class VectorKinds
{
    /// <summary>Force in N and torque in Nm.</summary>
    public static readonly ImmutableArray<string> Wrench = ["fx", "fy", "fz", "tx", "ty", "tz"];

    /// <summary>Units of <see cref="Wrench"/>.</summary>
    public static readonly ImmutableArray<string> WrenchUnits = ["N", "N", "N", "Nm", "Nm", "Nm"];

    /// <summary>Angular velocity, linear acceleration; orientation (quaternion) where it is measured.</summary>
    public static readonly ImmutableArray<string> Imu =
        ["wx", "wy", "wz", "ax", "ay", "az", "qx", "qy", "qz", "qw"];

    /// <summary>Units of <see cref="Imu"/>.</summary>
    public static readonly ImmutableArray<string> ImuUnits =
        ["rad/s", "rad/s", "rad/s", "m/s^2", "m/s^2", "m/s^2", "1", "1", "1", "1"];

    /// <summary>Elements of <see cref="Imu"/> without orientation.</summary>
    public const int ImuWidthWithoutOrientation = 6;

    public static bool IsWrench(VectorLayout layout) => layout.Elements.AsSpan().SequenceEqual(Wrench.AsSpan());

    public static bool IsImu(VectorLayout layout) => layout.Elements.AsSpan().SequenceEqual(Imu.AsSpan())
        || layout.Elements.AsSpan().SequenceEqual(Imu.AsSpan(0, ImuWidthWithoutOrientation));
}
