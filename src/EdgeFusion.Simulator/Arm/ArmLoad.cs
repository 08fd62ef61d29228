using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Arm;

/// <summary>What the hand carries and what pushes against it.</summary>
/// <param name="CarriedKg">Part of the object's mass that the fingers bear.</param>
/// <param name="CentreMetres">The object's centre of mass beyond the point between the fingers, along the hand.</param>
/// <param name="PushNewton">External force on the fingers in world axes.</param>
internal readonly record struct ArmLoad(double CarriedKg, double CentreMetres, Vector3D PushNewton);
