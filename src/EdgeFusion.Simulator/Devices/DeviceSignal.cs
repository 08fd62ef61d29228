namespace EdgeFusion.Simulator.Devices;

/// <summary>What simulated devices measure: smooth, different on each axis, known at each instant.</summary>
public static class DeviceSignal
{
    /// <summary>Force in N (axes 0..2) or torque in Nm (3..5) at a time in s.</summary>
    public static double Wrench(int axis, double seconds)
    {
        double amplitude = axis < 3 ? 10 : 0.5;
        return amplitude * Math.Sin((2 * Math.PI * (0.5 + (0.1 * axis)) * seconds) + axis);
    }

    /// <summary>Position of a joint in rad.</summary>
    public static double Position(int joint, double seconds) =>
        0.8 * Math.Sin((2 * Math.PI * 0.2 * seconds) + (0.5 * joint));

    /// <summary>Velocity of a joint in rad/s.</summary>
    public static double Velocity(int joint, double seconds) =>
        0.8 * 2 * Math.PI * 0.2 * Math.Cos((2 * Math.PI * 0.2 * seconds) + (0.5 * joint));
}
