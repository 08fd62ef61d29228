using System.Collections.Immutable;

namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>A bus of servos, read only.</summary>
public sealed record ServoBusOptions
{
    /// <summary>What kind of servos.</summary>
    public ServoFamily Family { get; init; }

    /// <summary>The joints in the order in which they stand in the vector; 1..32.</summary>
    public required ImmutableArray<ServoJoint> Joints { get; init; }

    /// <summary>Rounds per second: how often we ask, or (listening) how often the other master asks.</summary>
    public double RateHz { get; init; } = 100;

    /// <summary>
    /// Only decode the traffic of another master (a second adapter on the bus). A half-duplex bus has one master: where
    /// another program moves the arm, do not poll. Default false.
    /// </summary>
    public bool Listen { get; init; }

    /// <summary>Dynamixel only: one answer for all servos instead of one each. Default true.</summary>
    public bool Fast { get; init; } = true;

    /// <summary>Whether velocities (rad/s) stand behind the positions. Default true.</summary>
    public bool Velocity { get; init; } = true;

    /// <summary>
    /// Whether the servos' effort stands at the end: Dynamixel current in A (cur_), Feetech load as a fraction of the
    /// full drive (load_). Default false.
    /// </summary>
    public bool Effort { get; init; }

    /// <summary>Ampere per unit of Dynamixel current: 0.00269 (XM430, default), 0.001 (XL330).</summary>
    public double AmperePerUnit { get; init; } = 0.00269;
}
