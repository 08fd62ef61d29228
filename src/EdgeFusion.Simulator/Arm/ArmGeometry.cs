using System.Collections.Immutable;
using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Arm;

/// <summary>
/// A light seven-joint arm (reach 0.9 m, moving mass 6.5 kg): joints alternate between the z and the y axis, links lie
/// along z. Lengths and masses have the proportions of arms of the Kinova Gen3 class.
/// </summary>
internal static class ArmGeometry
{
    public const int Joints = 7;

    /// <summary>Standard gravity, m/s^2.</summary>
    public const double Gravity = 9.80665;

    /// <summary>Height of the shoulder (joint 2) above the table: 0.1564 + 0.1284.</summary>
    public const double ShoulderMetres = 0.2848;

    /// <summary>Joint 2 to joint 4: 0.2104 + 0.2104.</summary>
    public const double UpperArmMetres = 0.4208;

    /// <summary>Joint 4 to joint 6: 0.1572 + 0.1571.</summary>
    public const double ForearmMetres = 0.3143;

    /// <summary>Joint 7 to the plane of the force sensor.</summary>
    public const double SensorMetres = 0.0615;

    /// <summary>Plane of the force sensor to the point between the fingers.</summary>
    public const double FingerMetres = 0.150;

    /// <summary>Joint 6 to the point between the fingers: 0.1059 + 0.0615 + 0.150.</summary>
    public const double HandMetres = 0.3174;

    /// <summary>Gripper below the force sensor, kg.</summary>
    public const double GripperKg = 0.90;

    /// <summary>Force sensor to the gripper's centre of mass.</summary>
    public const double GripperCentreMetres = 0.065;

    /// <summary>From each joint's parent to the joint, along the parent's z.</summary>
    public static readonly ImmutableArray<double> OffsetMetres =
        [0.1564, 0.1284, 0.2104, 0.2104, 0.1572, 0.1571, 0.1059];

    public static readonly ImmutableArray<double> LinkKg = [1.38, 1.16, 1.16, 0.93, 0.68, 0.68, 0.50];

    /// <summary>Centre of mass of each link along its z.</summary>
    public static readonly ImmutableArray<double> CentreMetres = [0.06, 0.10, 0.10, 0.08, 0.075, 0.05, 0.03];

    /// <summary>Moment of inertia about the transverse axes, kg m^2: m l^2 / 12 and the motor's share.</summary>
    public static readonly ImmutableArray<double> Inertia =
        [0.0045, 0.0110, 0.0110, 0.0065, 0.0035, 0.0030, 0.0012];

    /// <summary>Whether a joint turns about y.</summary>
    public static bool AboutY(int joint) => (joint & 1) == 1;

    /// <summary>
    /// Joint angles that put the point between the fingers at radius, height and yaw with the hand pointing down.
    /// Joints 3 and 5 stay at their small offsets of zero, so the arm moves in a vertical plane: two links and a hand.
    /// </summary>
    public static void Solve(double radius, double height, double yaw, double roll, Span<double> q)
    {
        double dz = height + HandMetres - ShoulderMetres;
        double squared = (radius * radius) + (dz * dz);
        double cosElbow = (squared - (UpperArmMetres * UpperArmMetres) - (ForearmMetres * ForearmMetres))
            / (2 * UpperArmMetres * ForearmMetres);
        double elbow = PortableMath.Acos(Math.Clamp(cosElbow, -1, 1));
        (double sin, double cos) = PortableMath.SinCos(elbow);
        double shoulder = PortableMath.Atan2(radius, dz)
            - PortableMath.Atan2(ForearmMetres * sin, UpperArmMetres + (ForearmMetres * cos));
        q[0] = yaw;
        q[1] = shoulder;
        q[2] = 0;
        q[3] = elbow;
        q[4] = 0;
        q[5] = Math.PI - shoulder - elbow;
        q[6] = roll;
    }
}
