using System.Collections.Immutable;
using System.Security.Cryptography;
using EdgeFusion.Linux.Compression;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Worker.Composition;

/// <summary>Opens recordings with the codecs and image decoders of this build.</summary>
internal static class Recordings
{
    /// <summary>Limits and codecs for reading.</summary>
    public static McapReadOptions ReadOptions() => new() { Codecs = ChunkCodecs.Available() };

    /// <summary>Opens the samples of a recording.</summary>
    public static RecordingFeed OpenFeed(string path, ImmutableDictionary<string, string>? modalities = null)
    {
        if (!File.Exists(path))
        {
            throw new RecordingException($"There is no file '{path}'.");
        }

        return RecordingFeed.Open(path, new RecordingFeedOptions
        {
            Mcap = ReadOptions(),
            Modalities = modalities ?? ImmutableDictionary.Create<string, string>(StringComparer.Ordinal),
            ImageDecoder = Adapters.ImageDecoder(),
        });
    }

    /// <summary>A codec by name, "none" for uncompressed.</summary>
    public static IChunkCodec? Codec(string name) => name == "none"
        ? null
        : ChunkCodecs.Create(name)
            ?? throw new ConfigurationException($"There is no compression '{name}'; there are: none, lz4, zstd.");

    /// <summary>SHA-256 of a file in lower-case hex.</summary>
    public static string Sha256(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
