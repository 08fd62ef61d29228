using System.Collections.Immutable;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;

namespace EdgeFusion.Recording;

/// <summary>How a recording is read as a feed.</summary>
public sealed record RecordingFeedOptions
{
    /// <summary>Limits and codecs of the file reader.</summary>
    public McapReadOptions Mcap { get; init; } = McapReadOptions.Default;

    /// <summary>Modality by topic for channels of other writers.</summary>
    public ImmutableDictionary<string, string> Modalities { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Decoder for compressed images; null = none in this build.</summary>
    public IImageDecoder? ImageDecoder { get; init; }

    /// <summary>Opens a decoder for an H.264 video; null = none in this build.</summary>
    public Func<FrameLayout, IVideoDecoder>? VideoDecoder { get; init; }
}
