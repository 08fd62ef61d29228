using System.Text;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Cdr;
using EdgeFusion.Recording.Samples;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Ros;

/// <summary>Messages in CDR by the decoders of the recordings.</summary>
internal sealed class CdrDecoder : RosDecoder
{
    private readonly SampleDecoder _decoder;

    private CdrDecoder(SampleDecoder decoder) => _decoder = decoder;

    /// <summary>A decoder for a topic of a type.</summary>
    /// <exception cref="SensorException">The type is not supported or cannot become the sensor's layout.</exception>
    public static RosDecoder Create(SensorInfo info, RosTopicOptions options, string type)
    {
        string what = $"topic '{options.Topic}' ({type})";
        if (RosTypes.Canonical(type) == JointStateMessage.TypeName && info.Layout is VectorLayout vector
            && JointMap.TryCreate(vector, out JointMap? map))
        {
            return new CdrJointDecoder(map, what);
        }

        if (!RosTypes.Fits(type, info.Layout))
        {
            throw new SensorException(
                $"Cannot use {what} for '{info.Name}': the sensor is configured as {RosTypes.Describe(info.Layout)}, "
                + $"for which a topic of type {RosTypes.Wanted(info.Layout)} is needed.");
        }

        try
        {
            return new CdrDecoder(SampleDecoder.For(
                new ChannelDescription
                {
                    Topic = options.Topic,
                    MessageEncoding = RosSchemas.MessageEncoding,
                    SchemaName = type,
                    SchemaEncoding = RosSchemas.Encoding,
                    SchemaText = Encoding.UTF8.GetBytes(""),
                    Metadata = ChannelLayout.ToMetadata(info),
                },
                firstMessage: default,
                new SampleDecoderOptions { ImageDecoder = options.ImageDecoder }));
        }
        catch (RecordingException fault)
        {
            throw new SensorException(fault.Message, fault);
        }
    }

    public override RosVerdict Decode(ReadOnlySpan<byte> message, Span<byte> slot, out RosSample sample)
    {
        try
        {
            int length = _decoder.DecodeStamped(message, slot, out Timestamp stamp);
            sample = new RosSample(length, stamp);
            return RosVerdict.Good;
        }
        catch (RecordingException fault)
        {
            Fault = fault.Message;
            sample = default;
            return RosVerdict.Bad;
        }
    }
}
