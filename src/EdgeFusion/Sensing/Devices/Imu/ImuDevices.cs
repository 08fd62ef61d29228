using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.Sensing.Devices.Imu;

/// <summary>Inertial units over a serial line: wx wy wz in rad/s, ax ay az in m/s^2.</summary>
public static class ImuDevices
{
    /// <summary>WitMotion.</summary>
    /// <param name="endpoint">The line.</param>
    /// <param name="rateHz">Rounds per second it is configured for.</param>
    /// <param name="accelerationRangeG">Full scale of the acceleration in g.</param>
    /// <param name="gyroRangeDegrees">Full scale of the angular rate in degrees per second.</param>
    public static StreamDevice WitMotion(
        IByteEndpoint endpoint, double rateHz, double accelerationRangeG = 16, double gyroRangeDegrees = 2_000) =>
        new(new WitMotionProtocol(rateHz, accelerationRangeG, gyroRangeDegrees), endpoint);
}
