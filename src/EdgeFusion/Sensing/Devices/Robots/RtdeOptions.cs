namespace EdgeFusion.Sensing.Devices.Robots;

/// <summary>What is read from a Universal Robots controller.</summary>
public sealed record RtdeOptions
{
    /// <summary>Packets per second: up to 500 (e-Series, PolyScope X; default), 125 (CB3).</summary>
    public double RateHz { get; init; } = 500;

    /// <summary>Whether the joints' currents in A stand behind q and dq, as cur_1 ... cur_6. Default false.</summary>
    public bool Currents { get; init; }

    /// <summary>
    /// Whether the torques in Nm that the controller asks of the joints (target_moment) stand at the end, as
    /// tau_1 ... tau_6. Default false.
    /// </summary>
    public bool Torques { get; init; }
}
