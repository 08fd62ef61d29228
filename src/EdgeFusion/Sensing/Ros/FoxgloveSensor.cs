namespace EdgeFusion.Sensing.Ros;

/// <summary>
/// A topic of a ROS 2 system behind a Foxglove bridge (foxglove_bridge, port 8765): JointState, WrenchStamped, Imu,
/// Image, CompressedImage, AudioData(Stamped), Float32MultiArray, in CDR. Speaks foxglove.sdk.v1 (bridge 3.2 and later)
/// and foxglove.websocket.v1 (before).
/// </summary>
/// <remarks>As <see cref="RosSensor"/>.</remarks>
public sealed class FoxgloveSensor : RosSensor
{
    private static readonly string[] Protocols = ["foxglove.sdk.v1", "foxglove.websocket.v1"];

    /// <summary>Creates a sensor; nothing is connected before Capture.</summary>
    /// <param name="info">What is wanted: layout and nominal rate.</param>
    /// <param name="options">Where from.</param>
    /// <exception cref="ArgumentException">The address is none of a WebSocket.</exception>
    public FoxgloveSensor(SensorInfo info, RosTopicOptions options)
        : base(info, options)
    {
    }

    private protected override ReadOnlySpan<string> SubProtocols => Protocols;

    private protected override IRosConversation Begin(WebSocketLine line) =>
        new FoxgloveConversation(Info, Options, line);
}
