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
    /// <param name="recover">Whether damaged parts are passed over and counted instead of being an error.</param>
    public static McapReadOptions ReadOptions(bool recover = false) =>
        new() { Codecs = ChunkCodecs.Available(), Recover = recover };

    /// <summary>Opens the samples of a recording.</summary>
    public static RecordingFeed OpenFeed(
        string path, ImmutableDictionary<string, string>? modalities = null, bool recover = false)
    {
        if (!File.Exists(path))
        {
            throw new RecordingException($"There is no file '{path}'.");
        }

        return RecordingFeed.Open(path, new RecordingFeedOptions
        {
            Mcap = ReadOptions(recover),
            Modalities = modalities ?? ImmutableDictionary.Create<string, string>(StringComparer.Ordinal),
            ImageDecoder = Adapters.ImageDecoder(),
        });
    }

    /// <summary>A codec by name, "none" for uncompressed.</summary>
    /// <param name="name">none, lz4 or zstd.</param>
    /// <param name="level">Effort of zstd, 1..19.</param>
    public static IChunkCodec? Codec(string name, int level = 1) => name == "none"
        ? null
        : ChunkCodecs.Create(name, level)
            ?? throw new ConfigurationException($"There is no compression '{name}'; there are: none, lz4, zstd.");

    /// <summary>SHA-256 of a file in lower-case hex.</summary>
    public static string Sha256(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
