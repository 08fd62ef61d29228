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
        Require(path);
        return RecordingFeed.Open(path, new RecordingFeedOptions
        {
            Mcap = ReadOptions(recover),
            Modalities = modalities ?? ImmutableDictionary.Create<string, string>(StringComparer.Ordinal),
            ImageDecoder = Adapters.ImageDecoder(),
            VideoDecoder = Adapters.VideoDecoder,
        });
    }

    /// <summary>A codec by name, "none" for uncompressed.</summary>
    /// <param name="name">none, lz4 or zstd.</param>
    /// <param name="level">Effort of zstd, 1..19.</param>
    public static IChunkCodec? Codec(string name, int level = 1) => name == "none"
        ? null
        : ChunkCodecs.Create(name, level)
            ?? throw new ConfigurationException($"There is no compression '{name}'; there are: none, lz4, zstd.");

    /// <summary>Says where there is neither a file nor a folder, before work on the first begins.</summary>
    /// <exception cref="RecordingException">Some are missing; the message names all of them.</exception>
    public static void Require(params string[] paths)
    {
        string[] missing = [.. paths.Where(path => !Path.Exists(path))];
        if (missing.Length > 0)
        {
            throw new RecordingException($"There is no file '{string.Join("', '", missing)}'.");
        }
    }

    /// <summary>Recordings below a folder: files .mcap and .bag, and folders of rosbag2, each as one.</summary>
    public static List<string> Below(string folder)
    {
        var found = new List<string>();
        Add(folder);
        return found;

        void Add(string here)
        {
            if (File.Exists(Path.Combine(here, "metadata.yaml")))
            {
                found.Add(here);
                return;
            }

            found.AddRange(Directory.GetFiles(here, "*.mcap"));
            found.AddRange(Directory.GetFiles(here, "*.bag"));
            foreach (DirectoryInfo inner in new DirectoryInfo(here).GetDirectories())
            {
                // A link may lead back to where we are.
                if (inner.LinkTarget is null)
                {
                    Add(inner.FullName);
                }
            }
        }
    }

    /// <summary>SHA-256 in lower-case hex: of a file, or of all files of a folder in order of their names.</summary>
    public static string Sha256(string path)
    {
        string[] files = Directory.Exists(path) ? Directory.GetFiles(path) : [path];
        Array.Sort(files, StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[1 << 20];
        foreach (string name in files)
        {
            using FileStream file = File.OpenRead(name);
            while (file.Read(block) is > 0 and int length)
            {
                hash.AppendData(block, 0, length);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
