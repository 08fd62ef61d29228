using System.Runtime.InteropServices;
using EdgeFusion.Linux.Compression;
using EdgeFusion.Linux.Interop.Lz4;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Compression;

public sealed class Lz4CodecTests
{
    private const string Library = "liblz4.so.1";

    [NeedsLibraryFact(Library)]
    public void What_was_packed_is_unpacked()
    {
        using var codec = new Lz4Codec();
        ChunkCodecContract.Round_trip(codec);
    }

    [NeedsLibraryFact(Library)]
    public void Too_small_a_destination_is_an_error_and_is_not_overrun()
    {
        using var codec = new Lz4Codec();
        ChunkCodecContract.Too_small_a_destination_is_an_error_and_is_not_overrun(codec);
    }

    [NeedsLibraryFact(Library)]
    public void Damage_is_an_error_or_bounded()
    {
        using var codec = new Lz4Codec();
        ChunkCodecContract.Damage_is_an_error_or_bounded(codec);
    }

    [NeedsLibraryFact(Library)]
    public void A_recording_of_compressed_chunks_is_read_back()
    {
        using var codec = new Lz4Codec();
        ChunkCodecContract.Recording_round_trip(codec);
    }

    [NeedsLibraryFact(Library)]
    public void Bombs_are_refused_without_memory()
    {
        using var codec = new Lz4Codec();
        // LZ4 shrinks 255 to 1 at most: 4 KiB for a mebibyte.
        ChunkCodecContract.Bombs_are_refused_without_memory(codec, ChunkCodecContract.Pack(codec, new byte[1 << 20]));
    }

    [Fact]
    public void The_preferences_have_the_layout_of_the_header()
    {
        Assert.Equal(56, Marshal.SizeOf<Lz4Preferences>());
        Assert.Equal(16, (int)Marshal.OffsetOf<Lz4Preferences>(nameof(Lz4Preferences.ContentSize)));
        Assert.Equal(32, (int)Marshal.OffsetOf<Lz4Preferences>(nameof(Lz4Preferences.CompressionLevel)));
    }
}
