using System.Buffers;
using System.Text;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Recording.Samples;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>
/// Turns samples of one sensor into recorded messages that common tools open. Which message depends on the layout:
/// <list type="bullet">
/// <item>frames: sensor_msgs/msg/Image (rgb8, bgr8, mono8);</item>
/// <item>audio: audio_common_msgs/msg/AudioDataStamped, and one AudioInfo on <see cref="InfoChannel"/>;</item>
/// <item>vector fx fy fz tx ty tz: geometry_msgs/msg/WrenchStamped;</item>
/// <item>vector wx wy wz ax ay az, or these and qx qy qz qw: sensor_msgs/msg/Imu;</item>
/// <item>vector whose elements are all q_*, dq_* or tau_* of the same joints: sensor_msgs/msg/JointState;</item>
/// <item>any other vector: std_msgs/msg/Float32MultiArray.</item>
/// </list>
/// Every finite sample comes back from <see cref="SampleDecoder"/> bit for bit.
/// </summary>
/// <remarks><b>Threading.</b> Any thread after construction. Hot path: encoding allocates nothing.</remarks>
public abstract class SampleEncoder
{
    private protected SampleEncoder(SensorInfo info, string schemaName)
    {
        Info = info;
        FrameId = Encoding.UTF8.GetBytes(info.Name);
        Channel = Describe(ChannelLayout.Topic(info.Name), schemaName) with
        {
            Metadata = ChannelLayout.ToMetadata(info),
        };
    }

    /// <summary>The sensor.</summary>
    public SensorInfo Info { get; }

    /// <summary>The channel that its samples go to.</summary>
    public ChannelDescription Channel { get; private protected init; }

    /// <summary>For audio the channel of the format (one message at the start); null otherwise.</summary>
    public virtual ChannelDescription? InfoChannel => null;

    /// <summary>The message of <see cref="InfoChannel"/>; empty without one.</summary>
    public virtual ReadOnlyMemory<byte> InfoMessage => default;

    /// <summary>Bytes of the largest message.</summary>
    public abstract int MaxMessageBytes { get; }

    private protected byte[] FrameId { get; }

    /// <summary>An encoder for a sensor.</summary>
    public static SampleEncoder For(SensorInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Layout switch
        {
            FrameLayout frames => new ImageSampleEncoder(info, frames),
            AudioLayout audio => new AudioSampleEncoder(info, audio),
            VectorLayout vector when VectorKinds.IsWrench(vector) => new WrenchSampleEncoder(info),
            VectorLayout vector when VectorKinds.IsImu(vector) => new ImuSampleEncoder(info, vector),
            VectorLayout vector when JointMap.TryCreate(vector, out JointMap? map) => new JointSampleEncoder(info, map),
            VectorLayout vector => new ArraySampleEncoder(info, vector),
            _ => throw new ArgumentException($"Layout '{info.Layout}' is unknown.", nameof(info)),
        };
    }

    /// <summary>
    /// An encoder for a camera whose samples are whole JPEG or PNG files, which become sensor_msgs/msg/CompressedImage
    /// as they are. Its layout tells what they decode to.
    /// </summary>
    /// <exception cref="ArgumentException">The layout is not one of frames.</exception>
    public static SampleEncoder ForCompressedFrames(SensorInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return info.Layout is FrameLayout
            ? new CompressedSampleEncoder(info)
            : throw new ArgumentException($"'{info.Name}' has no frames.", nameof(info));
    }

    /// <summary>
    /// An encoder for a camera whose raw frames are compressed on the way to the recording. What comes back from it is
    /// not bit for bit what the camera gave.
    /// </summary>
    /// <param name="info">The camera.</param>
    /// <param name="encoder">Compresses; not owned.</param>
    /// <exception cref="ArgumentException">The layout is not one of frames.</exception>
    public static SampleEncoder ForFrames(SensorInfo info, IImageEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(encoder);
        return info.Layout is FrameLayout layout
            ? new JpegSampleEncoder(info, layout, encoder)
            : throw new ArgumentException($"'{info.Name}' has no frames.", nameof(info));
    }

    /// <summary>An encoder for a camera whose raw frames become an H.264 video on the way to the recording. What comes
    /// back from it is not bit for bit what the camera gave.</summary>
    /// <param name="info">The camera.</param>
    /// <param name="encoder">Compresses; not owned. It begins a stream of its own here.</param>
    /// <exception cref="ArgumentException">The layout is not one of frames.</exception>
    public static SampleEncoder ForVideo(SensorInfo info, IVideoEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(encoder);
        return info.Layout is FrameLayout layout
            ? new VideoSampleEncoder(info, layout, encoder)
            : throw new ArgumentException($"'{info.Name}' has no frames.", nameof(info));
    }

    /// <summary>The most bytes that a message with so many bytes of payload takes.</summary>
    public virtual int MessageBytes(int payloadBytes) => MaxMessageBytes;

    /// <summary>Writes a sample as a message.</summary>
    /// <param name="header">Its capture time becomes the message's stamp where the message has one.</param>
    /// <param name="payload">As in the ring; fits the layout.</param>
    /// <param name="destination">At least <see cref="MessageBytes"/> long.</param>
    /// <returns>Bytes written.</returns>
    public abstract int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, Span<byte> destination);

    /// <summary>Writes a sample as a message.</summary>
    public int Encode(in SampleHeader header, ReadOnlySpan<byte> payload, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int written = Encode(in header, payload, destination.GetSpan(MessageBytes(payload.Length)));
        destination.Advance(written);
        return written;
    }

    /// <summary>Does what has to be done before the size of a message is known.</summary>
    /// <returns>The most bytes that the message takes.</returns>
    internal virtual int Prepare(in SampleHeader header, ReadOnlySpan<byte> payload) => MessageBytes(payload.Length);

    /// <summary>Messages were given up: what comes next must not build on them.</summary>
    internal virtual void Interrupted()
    {
    }

    /// <summary>A channel of CDR messages of a type.</summary>
    private protected static ChannelDescription Describe(string topic, string schemaName) => new()
    {
        Topic = topic,
        MessageEncoding = RosSchemas.MessageEncoding,
        SchemaName = schemaName,
        SchemaEncoding = RosSchemas.Encoding,
        SchemaText = Encoding.UTF8.GetBytes(RosSchemas.Text(schemaName)),
    };

    private protected void RequireLength(int length, int expected)
    {
        if (length != expected)
        {
            throw new ArgumentException(
                $"A sample of '{Info.Name}' has {length} bytes; its layout says {expected}.", nameof(length));
        }
    }
}
