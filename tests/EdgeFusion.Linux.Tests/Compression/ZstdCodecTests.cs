using EdgeFusion.Linux.Compression;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Compression;

public sealed class ZstdCodecTests
{
    private const string Library = "libzstd.so.1";

    [NeedsLibraryFact(Library)]
    public void What_was_packed_is_unpacked()
    {
        using var codec = new ZstdCodec();
        ChunkCodecContract.Round_trip(codec);
    }

    [NeedsLibraryFact(Library)]
    public void Too_small_a_destination_is_an_error_and_is_not_overrun()
    {
        using var codec = new ZstdCodec();
        ChunkCodecContract.Too_small_a_destination_is_an_error_and_is_not_overrun(codec);
    }

    [NeedsLibraryFact(Library)]
    public void Damage_is_an_error_or_bounded()
    {
        using var codec = new ZstdCodec();
        ChunkCodecContract.Damage_is_an_error_or_bounded(codec);
    }

    [NeedsLibraryFact(Library)]
    public void A_recording_of_compressed_chunks_is_read_back()
    {
        using var codec = new ZstdCodec(level: 3);
        ChunkCodecContract.Recording_round_trip(codec);
    }

    [NeedsLibraryFact(Library)]
    public void Bombs_are_refused_without_memory()
    {
        using var codec = new ZstdCodec(level: 19);
        // About 2 KiB that unpack to 32 MiB: over 10 000 to 1.
        var bomb = ChunkCodecContract.Pack(codec, new byte[32 << 20]);
        Assert.InRange(bomb.Length, 100, 4000);

        ChunkCodecContract.Bombs_are_refused_without_memory(codec, bomb);
    }

    [NeedsLibraryFact(Library)]
    public void Available_codecs_contain_it()
    {
        Assert.Contains(ChunkCodecs.Available(), codec => codec.Name == "zstd");
        Assert.Equal("zstd", ChunkCodecs.Create("zstd")!.Name);
        Assert.Null(ZstdCodec.Probe());
    }

    [Fact]
    public void An_unknown_codec_is_named_with_what_there_is()
    {
        Assert.Null(ChunkCodecs.Create(""));
        var fault = Assert.Throws<RecordingException>(() => ChunkCodecs.Create("gzip"));
        Assert.Contains("'gzip'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("zstd", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_library_is_named_with_its_package()
    {
        var fault = CodecLibrary.Probe("libnosuch.so.9", "libnosuch9");
        Assert.Contains("libnosuch.so.9 not found", fault, StringComparison.Ordinal);
        Assert.Contains("apt install libnosuch9", fault, StringComparison.Ordinal);
    }
}
