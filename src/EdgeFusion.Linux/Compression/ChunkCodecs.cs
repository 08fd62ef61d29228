using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Linux.Compression;

/// <summary>The codecs whose libraries this machine has.</summary>
public static class ChunkCodecs
{
    /// <summary>New codecs for one reader or writer; the caller disposes them.</summary>
    public static IReadOnlyList<IChunkCodec> Available()
    {
        var codecs = new List<IChunkCodec>();
        if (ZstdCodec.Probe() is null)
            codecs.Add(new ZstdCodec());
        if (Lz4Codec.Probe() is null)
            codecs.Add(new Lz4Codec());
        if (Bz2Codec.Probe() is null)
            codecs.Add(new Bz2Codec());
        return codecs;
    }

    /// <summary>A new codec by its name in the file; null for "".</summary>
    /// <exception cref="RecordingException">No such codec, or its library is not installed.</exception>
    /// <param name="name">zstd, lz4 or "".</param>
    /// <param name="level">Effort of zstd, 1..19; lz4 has none.</param>
    public static IChunkCodec? Create(string name, int level = 1) => name switch
    {
        "" => null,
        "zstd" => new ZstdCodec(level),
        "lz4" => new Lz4Codec(),
        _ => throw new RecordingException($"no compression '{name}'; there is: zstd, lz4, or empty for none"),
    };
}
