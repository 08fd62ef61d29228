namespace EdgeFusion.Simulator.Sensors;

/// <summary>
/// Tells the sensors' streams of random numbers apart. Part of "same seed, same bytes": never renumber.
/// </summary>
internal enum SensorOrdinal
{
    Camera = 1,
    Microphone = 2,
    Wrist = 3,
    Arm = 4,
}
