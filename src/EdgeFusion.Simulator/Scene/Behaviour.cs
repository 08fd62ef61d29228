namespace EdgeFusion.Simulator.Scene;

/// <summary>What the arm does, in the order of an episode. The values index the labels of head "behaviour".</summary>
internal enum Behaviour
{
    Grasp,
    Pick,
    Hold,
    Shake,
    Lower,
    Drop,
    Push,
}
