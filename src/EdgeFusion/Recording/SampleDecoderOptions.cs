using System.Collections.Immutable;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>What a channel that is not ours leaves open.</summary>
public sealed record SampleDecoderOptions
{
    /// <summary>Modality by topic, where the type or the recording says another; default none.</summary>
    public ImmutableDictionary<string, string> Modalities { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Nominal messages per second, best the count over the duration; null = a usual one for the type (30 images,
    /// 100 vectors).
    /// </summary>
    public double? MessageRateHz { get; init; }

    /// <summary>The AudioInfo message beside an AudioData channel (topic + "/info"); default none.</summary>
    public ReadOnlyMemory<byte> AudioInfo { get; init; }

    /// <summary>Decoder for CompressedImage channels; null = none in this build.</summary>
    public IImageDecoder? ImageDecoder { get; init; }

    /// <summary>Opens a decoder for a CompressedVideo channel; null = none in this build. The sample decoder owns it.
    /// </summary>
    public Func<FrameLayout, IVideoDecoder>? VideoDecoder { get; init; }
}
