using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.Sensing.Devices.Robots;

/// <summary>Robot controllers that report over TCP. Nothing here can move a robot.</summary>
public static class RobotDevices
{
    /// <summary>Universal Robots, RTDE: output 0 joints, 1 wrench at the tool, 2 pose of the tool.</summary>
    public static StreamDevice UniversalRobots(IByteEndpoint endpoint, RtdeOptions options) =>
        new(new RtdeProtocol(options), endpoint);

    /// <summary>UFACTORY xArm, report port: output 0 joints, 1 wrench.</summary>
    /// <param name="endpoint">The arm's report port.</param>
    /// <param name="filteredForce">Whether load and zero are taken off the wrench by the arm.</param>
    public static StreamDevice XArm(IByteEndpoint endpoint, bool filteredForce) =>
        new(new XArmProtocol(filteredForce), endpoint);

    /// <summary>Port of RTDE.</summary>
    public const int RtdePort = RtdeProtocol.Port;

    /// <summary>Port of xArm's report.</summary>
    public const int XArmPort = XArmProtocol.Port;
}
