namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>A joint moved by a servo.</summary>
/// <param name="Name">Name of the joint; becomes q_NAME and dq_NAME.</param>
/// <param name="Id">Id of the servo, 0..252.</param>
/// <param name="Inverted">Whether the joint turns the other way.</param>
public sealed record ServoJoint(string Name, byte Id, bool Inverted = false);
