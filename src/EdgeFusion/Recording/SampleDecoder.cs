using EdgeFusion.Recording.Cdr;
using EdgeFusion.Recording.Samples;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// Turns the recorded messages of one channel back into samples: our own channels exactly as recorded, and channels of
/// other writers (bags of ROS 1 and 2) by their type. For those
/// <list type="bullet">
/// <item>the modality is that of the options or camera (images), microphone (audio), force (WrenchStamped),
/// proprioception (JointState), imu (Imu), vector (Float32MultiArray);</item>
/// <item>sizes, joints and their order are those of the first message; later JointStates are mapped by name;</item>
/// <item>the capture time is the header's stamp where it is set, else the publish time (less the duration of the
/// block for audio without a stamp).</item>
/// </list>
/// </summary>
/// <remarks><b>Threading.</b> One thread at a time. Hot path: decoding allocates nothing.</remarks>
public abstract class SampleDecoder
{
    private const string Supported =
        "sensor_msgs/msg/Image (rgb8, bgr8, mono8), sensor_msgs/msg/CompressedImage (JPEG, PNG), "
        + "foxglove_msgs/msg/CompressedVideo (H.264 of our own), sensor_msgs/msg/Imu, sensor_msgs/msg/JointState, "
        + "geometry_msgs/msg/WrenchStamped, audio_common_msgs/msg/AudioData and AudioDataStamped (S16LE, F32LE), "
        + "std_msgs/msg/Float32MultiArray, all in cdr or ros1";

    private protected SampleDecoder(DecoderSource source, SensorInfo info)
    {
        What = source.What;
        Info = source.Own ?? info;
        IsForeign = source.Own is null;
        Wire = source.Wire;
    }

    /// <summary>The sensor as the channel describes it.</summary>
    public SensorInfo Info { get; }

    /// <summary>Whether another program wrote the channel, so that <see cref="Info"/> is derived.</summary>
    public bool IsForeign { get; }

    private protected string What { get; }

    private protected RosWire Wire { get; }

    /// <summary>Why a channel's messages cannot become samples, by its encoding and type alone.</summary>
    /// <returns>Null where they can; otherwise a sentence that names what it has and what is supported.</returns>
    public static string? WhyUnsupported(ChannelDescription channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (channel.MessageEncoding is not (RosSchemas.MessageEncoding or RosSchemas.Ros1MessageEncoding))
        {
            return $"Topic '{channel.Topic}' has message encoding '{channel.MessageEncoding}', which is not supported; "
                + $"supported are {Supported}.";
        }

        return IsKnown(channel.SchemaName) ? null
            : $"Topic '{channel.Topic}' has type '{channel.SchemaName}', which is not supported; supported are "
            + $"{Supported}.";
    }

    /// <summary>A decoder for a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="firstMessage">Its first message; may be empty for a channel with our metadata.</param>
    /// <param name="options">What a foreign channel leaves open.</param>
    /// <exception cref="RecordingException">
    /// Unsupported, damaged, or something is missing; the message names the topic and what to do.
    /// </exception>
    public static SampleDecoder For(
        ChannelDescription channel, ReadOnlySpan<byte> firstMessage, SampleDecoderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (WhyUnsupported(channel) is { } reason)
        {
            throw new RecordingException(reason);
        }

        options ??= new SampleDecoderOptions();
        if (ChannelLayout.TryRead(channel.Topic, channel.Metadata, out SensorInfo? own)
            && options.Modalities.TryGetValue(channel.Topic, out string? modality))
        {
            own = own with { Modality = modality };
        }

        var source = new DecoderSource(channel, own, options);
        return Canonical(channel.SchemaName) switch
        {
            ImageMessage.TypeName => ImageSampleDecoder.Create(source, firstMessage),
            CompressedImageMessage.TypeName => CompressedSampleDecoder.Create(source, firstMessage),
            CompressedVideoMessage.TypeName => VideoSampleDecoder.Create(source),
            AudioDataMessage.TypeName => AudioSampleDecoder.Create(source, firstMessage, isStamped: false),
            AudioDataMessage.StampedTypeName => AudioSampleDecoder.Create(source, firstMessage, isStamped: true),
            WrenchStampedMessage.TypeName => new WrenchSampleDecoder(source),
            ImuMessage.TypeName => ImuSampleDecoder.Create(source, firstMessage),
            JointStateMessage.TypeName => JointSampleDecoder.Create(source, firstMessage),
            _ => ArraySampleDecoder.Create(source, firstMessage),
        };
    }

    /// <summary>Decodes a message into a ring slot.</summary>
    /// <param name="message">The recorded bytes.</param>
    /// <param name="publishTime">The message's publish time.</param>
    /// <param name="slot">At least <see cref="SampleLayout.MaxSampleBytes"/> of the layout.</param>
    /// <param name="capture">When the world happened.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="RecordingException">
    /// The message is damaged, of another size than the channel's, or holds a number that is not finite as a 32-bit
    /// float; names the topic and the field. The next message can be decoded all the same.
    /// </exception>
    public int Decode(ReadOnlySpan<byte> message, Timestamp publishTime, Span<byte> slot, out Timestamp capture)
    {
        int written = Decode(message, slot, out Timestamp stamp);
        if (!IsForeign)
        {
            capture = publishTime;
        }
        else
        {
            capture = stamp.Nanoseconds != 0 ? stamp : publishTime.AddNanoseconds(-UnstampedDelay(written));
        }

        return written;
    }

    /// <summary>As Decode, but gives the message's own stamp (0 without one): for streams that are live.</summary>
    internal int DecodeStamped(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp) =>
        Decode(message, slot, out stamp);

    /// <summary>How long before a place the messages are needed for it, where they build on each other.</summary>
    internal virtual long LeadNanoseconds => 0;

    /// <summary>The messages go on elsewhere.</summary>
    internal virtual void Restart()
    {
    }

    /// <summary>Gives back what the decoder holds of its own.</summary>
    internal virtual void Release()
    {
    }

    private protected abstract int Decode(ReadOnlySpan<byte> message, Span<byte> slot, out Timestamp stamp);

    /// <summary>How long before its publication a message of so many bytes without a stamp began.</summary>
    private protected virtual long UnstampedDelay(int bytes) => 0;

    // "package/Type" is the ROS 1 spelling that some converters keep.
    private static string Canonical(string schemaName)
    {
        int slash = schemaName.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && schemaName.IndexOf('/', slash + 1) < 0
            ? schemaName[..slash] + "/msg" + schemaName[slash..]
            : schemaName;
    }

    private static bool IsKnown(string schemaName) => Canonical(schemaName) is ImageMessage.TypeName
        or CompressedImageMessage.TypeName or CompressedVideoMessage.TypeName or ImuMessage.TypeName
        or JointStateMessage.TypeName
        or WrenchStampedMessage.TypeName or AudioDataMessage.TypeName or AudioDataMessage.StampedTypeName
        or Float32MultiArrayMessage.TypeName;
}
