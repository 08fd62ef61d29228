using EdgeFusion.Recording.Cdr;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording.Samples;

/// <summary>What a decoder is made from.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Own">The sensor from our metadata; null for a foreign channel.</param>
/// <param name="Options">What a foreign channel leaves open.</param>
internal sealed record DecoderSource(ChannelDescription Channel, SensorInfo? Own, SampleDecoderOptions Options)
{
    /// <summary>Topic and type for errors.</summary>
    public string What { get; } = $"topic '{Channel.Topic}' ({Channel.SchemaName})";

    /// <summary>How its messages lie in bytes.</summary>
    public RosWire Wire { get; } =
        Channel.MessageEncoding == RosSchemas.Ros1MessageEncoding ? RosWire.Ros1 : RosWire.Cdr;

    /// <summary>A sensor for a foreign channel; its rate in messages per second.</summary>
    public SensorInfo Foreign(string modality, SampleLayout layout, double usualRateHz) => new()
    {
        Name = ChannelLayout.SensorName(Channel.Topic),
        Modality = Options.Modalities.GetValueOrDefault(Channel.Topic, modality),
        Layout = layout,
        RateHz = Options.MessageRateHz is { } rate && double.IsFinite(rate) && rate > 0 ? rate : usualRateHz,
    };

    /// <summary>The recorded layout, if it is of the kind that the type can hold.</summary>
    /// <returns>Null for a foreign channel.</returns>
    public TLayout? OwnLayout<TLayout>()
        where TLayout : SampleLayout => Own switch
        {
            null => null,
            { Layout: TLayout layout } => layout,
            _ => throw new RecordingException(
                $"Cannot read {What}: metadata '{ChannelLayout.LayoutKey}' says {Own.Layout.GetType().Name}, which "
                + "this type does not hold. The recording is damaged."),
        };
}
