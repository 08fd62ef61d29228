using EdgeFusion.Recording;

namespace EdgeFusion.Sensing.Ros;

/// <summary>One topic of a ROS system behind a WebSocket. What is wanted of it is the sensor's SensorInfo.</summary>
public sealed record RosTopicOptions
{
    /// <summary>ws://host:8765 (Foxglove) or ws://host:9090 (rosbridge); wss for TLS.</summary>
    public required string Url { get; init; }

    /// <summary>Topic, e.g. /joint_states.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// Type, e.g. sensor_msgs/msg/JointState; empty (default) = what the layout suggests. For Foxglove the bridge
    /// says the type, and this is only checked.
    /// </summary>
    public string Type { get; init; } = "";

    /// <summary>What capture times are taken from; default <see cref="RosClock.Fitted"/>.</summary>
    public RosClock Clock { get; init; }

    /// <summary>Longest wait for the connection and the first message; default 10 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Silence of the topic after which the connection is opened afresh, because bridges are known to drop a
    /// subscription without a word; default 2 s.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest message taken, in bytes; default 64 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 64 << 20;

    /// <summary>Decoder for CompressedImage; null (default) = none in this build.</summary>
    public IImageDecoder? ImageDecoder { get; init; }
}
