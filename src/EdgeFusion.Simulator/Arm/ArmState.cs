namespace EdgeFusion.Simulator.Arm;

/// <summary>Position, velocity and acceleration of the seven joints at one instant; reused.</summary>
internal sealed class ArmState
{
    /// <summary>rad.</summary>
    public double[] Q { get; } = new double[ArmGeometry.Joints];

    /// <summary>rad/s.</summary>
    public double[] Dq { get; } = new double[ArmGeometry.Joints];

    /// <summary>rad/s^2.</summary>
    public double[] Ddq { get; } = new double[ArmGeometry.Joints];
}
