using System.Collections.Immutable;
using EdgeFusion.Recording.Mcap;

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
}
