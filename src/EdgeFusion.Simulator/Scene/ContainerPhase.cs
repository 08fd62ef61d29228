namespace EdgeFusion.Simulator.Scene;

/// <summary>What holds the container up.</summary>
internal enum ContainerPhase
{
    Absent,
    Standing,
    Carried,
    Falling,
}
