using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.Sensing.Devices.Force;

/// <summary>Force/torque sensors over a serial line. All deliver fx fy fz in N and tx ty tz in Nm.</summary>
public static class ForceDevices
{
    /// <summary>Robotiq FT 300 and FT 300-S: 100 Hz at 19200 baud.</summary>
    public static StreamDevice Robotiq(IByteEndpoint endpoint) => new(new RobotiqProtocol(), endpoint);

    /// <summary>Bota SensONE, Rokubi, MiniONE: binary frames with a clock.</summary>
    /// <param name="endpoint">The line.</param>
    /// <param name="rateHz">Rate the sensor is configured for.</param>
    public static StreamDevice Bota(IByteEndpoint endpoint, double rateHz) => new(new BotaProtocol(rateHz), endpoint);

    /// <summary>Kunwei KWR75.</summary>
    /// <param name="endpoint">The line.</param>
    /// <param name="rateHz">Rate the sensor is configured for.</param>
    /// <param name="largestNewton">Largest force in N, and torque in Nm, that can be true.</param>
    public static StreamDevice Kunwei(IByteEndpoint endpoint, double rateHz, double largestNewton) =>
        new(new KunweiProtocol(rateHz, largestNewton), endpoint);

    /// <summary>OptoForce and OnRobot behind a DAQ.</summary>
    public static StreamDevice OptoForce(IByteEndpoint endpoint, OptoForceOptions options) =>
        new(new OptoForceProtocol(options), endpoint);

    /// <summary>Any rig that prints lines of numbers.</summary>
    public static StreamDevice Text(IByteEndpoint endpoint, TextOptions options) =>
        new(new TextProtocol(options), endpoint);
}
