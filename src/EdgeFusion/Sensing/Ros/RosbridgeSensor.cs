namespace EdgeFusion.Sensing.Ros;

/// <summary>
/// A topic of a ROS 1 or ROS 2 system behind rosbridge (rosbridge_server, port 9090), in JSON: JointState,
/// WrenchStamped, Imu, Image, CompressedImage, AudioData(Stamped). Foxglove's bridge costs both sides less.
/// </summary>
/// <remarks>As <see cref="RosSensor"/>.</remarks>
public sealed class RosbridgeSensor : RosSensor
{
    /// <summary>Creates a sensor; nothing is connected before Capture.</summary>
    /// <param name="info">What is wanted: layout and nominal rate.</param>
    /// <param name="options">Where from.</param>
    /// <exception cref="ArgumentException">The address is none of a WebSocket, or the type cannot become the
    /// layout.</exception>
    public RosbridgeSensor(SensorInfo info, RosTopicOptions options)
        : base(info, options)
    {
        if (options.Type.Length > 0 && !RosTypes.Fits(options.Type, info.Layout))
        {
            throw new ArgumentException(
                $"'{options.Type}' cannot become {RosTypes.Describe(info.Layout)}; that needs "
                + $"{RosTypes.Wanted(info.Layout)}.",
                nameof(options));
        }
    }

    private protected override ReadOnlySpan<string> SubProtocols => default;

    private protected override IRosConversation Begin(WebSocketLine line) =>
        new RosbridgeConversation(Info, Options, line);
}
