using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Bags;
using EdgeFusion.Time;
using Xunit;

namespace EdgeFusion.Tests.Recording.Bags;

/// <summary>Bags of ROS 1, written by rosbag itself, whole and damaged.</summary>
public sealed class BagTests
{
    private const int Messages = 60;
    private const long StartNanoseconds = 1_700_000_000_000_000_000;

    private static readonly byte[] Whole = File.ReadAllBytes(TestBags.PathOf("none.bag"));

    [Fact]
    public void A_bag_gives_its_messages_by_its_index()
    {
        using RecordingFeed feed = RecordingFeed.Open(TestBags.PathOf("none.bag"), new RecordingFeedOptions());
        var values = new float[6];

        Assert.Equal("", feed.File.SummaryFault ?? "");
        Assert.Equal((ulong)Messages, feed.File.Statistics!.MessageCount);
        Assert.True(feed.File.Statistics.ChunkCount > 1);
        Assert.Equal(("wrist.wrench", "force"), (feed.Sensors[0].Name, feed.Sensors[0].Modality));
        Assert.InRange(feed.Sensors[0].RateHz, 99, 103);
        for (int i = 0; i < Messages; i++)
        {
            Assert.True(feed.TryAdvance(out _, out SampleHeader header));
            feed.Fill(MemoryMarshal.AsBytes(values.AsSpan()));
            Assert.Equal(new Timestamp(StartNanoseconds + (i * 10_000_000L)), header.Capture);
            Assert.Equal([i * 0.25f, 0, -9.75f, 0], values[..4]);
        }

        Assert.False(feed.TryAdvance(out _, out _));
        Assert.Empty(feed.Losses);
    }

    [Fact]
    public void A_range_and_a_topic_are_read_by_the_index()
    {
        using var bag = new McapIndexedReader(new MemoryStream(Whole), name: "test.bag");

        List<RecordedMessage> range = RecordedMessage.Of(bag.ReadMessages(new McapMessageFilter
        {
            Topics = ["/wrist/wrench"],
            FromTime = (ulong)StartNanoseconds + 200_000_000,
            ToTime = (ulong)StartNanoseconds + 299_999_999,
        }));

        Assert.Equal(10, range.Count);
        Assert.Empty(RecordedMessage.Of(bag.ReadMessages(new McapMessageFilter { Topics = ["/other"] })));
    }

    [Fact]
    public void A_bag_that_was_not_closed_is_read_through_and_says_so()
    {
        byte[] open = Unindexed(Whole);

        using var bag = new McapIndexedReader(new MemoryStream(open), name: "test.bag");

        Assert.Contains("no index", bag.SummaryFault, StringComparison.Ordinal);
        Assert.Equal((ulong)Messages, bag.Statistics!.MessageCount);
        Assert.Equal(Messages, RecordedMessage.Of(bag.ReadMessages()).Count);
    }

    [Fact]
    public void Cut_off_at_every_byte_a_bag_gives_what_came_before_and_never_claims_to_be_whole()
    {
        int before = 0;
        int dataEnd = (int)BinaryPrimitives.ReadUInt64LittleEndian(
            Whole.AsSpan(Whole.AsSpan().IndexOf("index_pos="u8) + "index_pos=".Length));
        for (int length = 13; length < dataEnd; length++)
        {
            byte[] part = Whole[..length];
            using var bag = new McapIndexedReader(
                new MemoryStream(part), new McapReadOptions { Recover = true }, "test.bag");
            int read = RecordedMessage.Of(bag.ReadMessages()).Count;

            Assert.NotNull(bag.SummaryFault);
            Assert.True(read >= before, $"{read} messages of {length} bytes, {before} of one less");
            Assert.Equal((ulong)read, bag.Statistics!.MessageCount);
            before = read;
        }

        Assert.Equal(Messages, before);
        Assert.Throws<RecordingException>(() => new McapIndexedReader(new MemoryStream(Whole[..5_000])));
    }

    [Fact]
    public void Damage_anywhere_is_an_error_of_the_recording_or_is_counted()
    {
        var random = new Random(6);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] damaged = (byte[])Whole.Clone();
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                using var bag = new McapIndexedReader(
                    new MemoryStream(damaged), new McapReadOptions { Recover = round % 2 == 0 }, "test.bag");
                Assert.InRange(RecordedMessage.Of(bag.ReadMessages()).Count, 0, 2 * Messages);
            }
            catch (RecordingException)
            {
                // Said so: that is all that is asked.
            }
        }
    }

    [Fact]
    public void A_compression_without_codec_is_named()
    {
        using var bag = McapIndexedReader.Open(TestBags.PathOf("cell.bag"));

        var fault = Assert.Throws<RecordingException>(() => RecordedMessage.Of(bag.ReadMessages()));

        Assert.Contains("'bz2'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_bag_is_named_so()
    {
        byte[] old = (byte[])Whole.Clone();
        old[9] = (byte)'1';

        var fault = Assert.Throws<RecordingException>(() => new McapIndexedReader(new MemoryStream(old)));

        Assert.Contains("older version", fault.Message, StringComparison.Ordinal);
    }

    private static byte[] Unindexed(byte[] bag)
    {
        byte[] open = (byte[])bag.Clone();
        int index = open.AsSpan().IndexOf("index_pos="u8) + "index_pos=".Length;
        int end = (int)BinaryPrimitives.ReadUInt64LittleEndian(open.AsSpan(index));
        open.AsSpan(index, sizeof(ulong)).Clear();
        return open[..end];
    }
}
