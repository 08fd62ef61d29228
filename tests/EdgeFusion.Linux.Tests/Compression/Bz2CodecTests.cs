using EdgeFusion.Linux.Compression;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Bags;
using Xunit;

namespace EdgeFusion.Linux.Tests.Compression;

public sealed class Bz2CodecTests
{
    [NeedsLibraryFact("libbz2.so.1.0")]
    public void Round_trip() => With(ChunkCodecContract.Round_trip);

    [NeedsLibraryFact("libbz2.so.1.0")]
    public void Too_small_a_destination_is_an_error_and_is_not_overrun() =>
        With(ChunkCodecContract.Too_small_a_destination_is_an_error_and_is_not_overrun);

    [NeedsLibraryFact("libbz2.so.1.0")]
    public void Damage_is_an_error_or_bounded() => With(ChunkCodecContract.Damage_is_an_error_or_bounded);

    [NeedsLibraryFact("libbz2.so.1.0")]
    public void Bags_of_rosbag_are_unpacked()
    {
        Assert.Equal((552, 8), Read("cell.bag"));
        Assert.Equal((60, 3), Read("lz4.bag"));
    }

    private static (int Messages, int Chunks) Read(string name)
    {
        using var bag = McapIndexedReader.Open(
            TestBags.PathOf(name), new McapReadOptions { Codecs = ChunkCodecs.Available() });
        int messages = 0;
        foreach (McapMessage message in bag.ReadMessages())
        {
            messages += message.Data.IsEmpty ? 0 : 1;
        }

        return (messages, (int)bag.Statistics!.ChunkCount);
    }

    private static void With(Action<IChunkCodec> contract)
    {
        using var codec = new Bz2Codec();
        contract(codec);
    }
}
