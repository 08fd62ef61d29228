namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>What kind of servos hang on a bus.</summary>
public enum ServoFamily
{
    /// <summary>ROBOTIS Dynamixel X series, protocol 2.0.</summary>
    Dynamixel,

    /// <summary>Feetech STS and SMS: 4096 steps per turn, low byte first.</summary>
    Feetech,

    /// <summary>Feetech SCS: 1024 steps per turn, high byte first.</summary>
    FeetechScs,
}
