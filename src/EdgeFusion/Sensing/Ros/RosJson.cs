using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Recording.Samples;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>Reading of rosbridge's JSON without building documents. Hot path: allocates nothing.</summary>
internal static class RosJson
{
    /// <summary>A decoder for messages of a type in JSON.</summary>
    /// <exception cref="SensorException">The type is not supported in JSON.</exception>
    public static RosDecoder CreateDecoder(SensorInfo info, RosTopicOptions options, string type)
    {
        switch (RosTypes.Canonical(type), info.Layout)
        {
            case (JointStateMessage.TypeName, VectorLayout vector) when JointMap.TryCreate(vector, out JointMap? map):
                return new JsonJointDecoder(map);
            case (WrenchStampedMessage.TypeName, VectorLayout):
                return new JsonVectorDecoder(JsonVectorDecoder.Wrench);
            case (ImuMessage.TypeName, VectorLayout vector):
                return new JsonVectorDecoder(JsonVectorDecoder.Imu[..vector.Width]);
            case (ImageMessage.TypeName, FrameLayout frames):
                return new JsonImageDecoder(frames);
            case (CompressedImageMessage.TypeName, FrameLayout frames) when options.ImageDecoder is { } decoder:
                return new JsonCompressedDecoder(frames, decoder);
            case (AudioDataMessage.TypeName or AudioDataMessage.StampedTypeName, AudioLayout audio):
                return new JsonAudioDecoder(audio);
            default:
                throw new SensorException(
                    $"Topic '{options.Topic}' ({type}) cannot be read through rosbridge as "
                    + $"{RosTypes.Describe(info.Layout)}; use the Foxglove bridge, or another type.");
        }
    }

    /// <summary>Moves onto the beginning of an object.</summary>
    public static void ReadObjectStart(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("an object was expected");
        }
    }

    /// <summary>Moves to the next member of the object that the reader is in, onto its name.</summary>
    /// <returns>False at the object's end.</returns>
    public static bool NextMember(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Passes over the value of the member at hand.</summary>
    public static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Reads header.stamp; the reader is on the name "header". ROS 1 writes secs and nsecs.</summary>
    public static Timestamp ReadHeader(ref Utf8JsonReader reader)
    {
        Timestamp stamp = default;
        if (!EnterObject(ref reader))
        {
            return stamp;
        }

        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("stamp"u8))
            {
                stamp = ReadStamp(ref reader);
            }
            else
            {
                SkipValue(ref reader);
            }
        }

        return stamp;
    }

    /// <summary>Moves onto the value of the member at hand and into it, if it is an object.</summary>
    public static bool EnterObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    /// <summary>A number; NaN for null, which is how rosbridge writes NaN and infinities.</summary>
    public static double ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Number(ref reader);
    }

    /// <summary>The number that the reader is on; NaN for anything else.</summary>
    public static double Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double value))
        {
            return value;
        }

        reader.Skip();
        return double.NaN;
    }

    /// <summary>Decodes base64.</summary>
    /// <returns>False where it is none, or longer than the destination.</returns>
    public static bool TryBase64(ReadOnlySpan<byte> text, Span<byte> destination, out int written) =>
        Base64.DecodeFromUtf8(text, destination, out _, out written) == OperationStatus.Done;

    private static Timestamp ReadStamp(ref Utf8JsonReader reader)
    {
        double seconds = 0;
        double nanoseconds = 0;
        if (!EnterObject(ref reader))
        {
            return default;
        }

        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("sec"u8) || reader.ValueTextEquals("secs"u8))
            {
                seconds = ReadNumber(ref reader);
            }
            else if (reader.ValueTextEquals("nanosec"u8) || reader.ValueTextEquals("nsecs"u8))
            {
                nanoseconds = ReadNumber(ref reader);
            }
            else
            {
                SkipValue(ref reader);
            }
        }

        bool isSane = seconds is >= 0 and < 1e10 && nanoseconds is >= 0 and < 1e9;
        return isSane
            ? new Timestamp(((long)seconds * Timestamp.NanosecondsPerSecond) + (long)nanoseconds)
            : default;
    }
}
