namespace EdgeFusion.Simulator.Numerics;

/// <summary>
/// What a stream of random numbers is for. The values are part of "same seed, same bytes": append, never renumber.
/// </summary>
internal enum StreamPurpose
{
    Episode = 1,
    Container = 2,
    Surroundings = 3,
    Motion = 4,
    Transport = 16,
    Dropout = 17,
    Phase = 18,
    Garbage = 19,
    CameraNoise = 32,
    Backdrop = 33,
    Sound = 48,
    ForceNoise = 64,
    ArmNoise = 65,
    Slosh = 66,
    Cable = 67,
}
