using EdgeFusion.Recording.Mcap;
using Xunit;

namespace EdgeFusion.Tests.Recording;

public sealed class McapRoundTripTests
{
    public static TheoryData<int> Seeds => new(Enumerable.Range(0, 40));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_written_is_read_in_order_of_the_file(int seed)
    {
        var messages = SyntheticFile.Messages(seed, 300);

        var file = SyntheticFile.Write(messages, RandomOptions(seed));

        Assert.Equal(messages, RecordedMessage.Streamed(file));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_written_is_read_in_order_of_time(int seed)
    {
        var messages = SyntheticFile.Messages(seed, 300, spread: seed % 2 == 0 ? 50 : 3000);

        var file = SyntheticFile.Write(messages, RandomOptions(seed));

        Assert.Equal(messages.OrderBy(message => message.LogTime), RecordedMessage.Indexed(file));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Topics_and_times_are_filtered(int seed)
    {
        var messages = SyntheticFile.Messages(seed, 300);
        var filter = new McapMessageFilter { Topics = ["/topic1", "/none"], FromTime = 1500, ToTime = 2500 };

        var file = SyntheticFile.Write(messages, RandomOptions(seed));

        Assert.Equal(
            messages.Where(m => m.Topic == "/topic1" && m.LogTime is >= 1500 and <= 2500).OrderBy(m => m.LogTime),
            RecordedMessage.Indexed(file, filter: filter));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Seeking_goes_on_at_the_time_in_both_directions(int seed)
    {
        var messages = SyntheticFile.Messages(seed, 300);
        using var reader = new McapIndexedReader(new MemoryStream(SyntheticFile.Write(messages, RandomOptions(seed))));
        var cursor = reader.ReadMessages();

        foreach (var time in new ulong[] { 3000, 1200, 1500, 0, 99_999 })
        {
            cursor.MoveNext();
            cursor.Seek(time);

            Assert.Equal(
                messages.Where(m => m.LogTime >= time).OrderBy(m => m.LogTime), RecordedMessage.Of(cursor));
        }
    }

    [Theory]
    [InlineData(220_000)]
    [InlineData(500_000)]
    public void Chunks_that_all_overlap_are_merged_within_a_small_budget(int budget)
    {
        var messages = SyntheticFile.Messages(7, 3000, spread: 100_000);
        var file = SyntheticFile.Write(messages, new McapWriterOptions { ChunkBytes = 8192 });

        // About 45 chunks overlap, some 500 kB with their lists: they are read in batches.
        var read = RecordedMessage.Indexed(file, new McapReadOptions { MaxBufferedBytes = budget });

        Assert.Equal(messages.OrderBy(message => message.LogTime), read);
    }

    [Fact]
    public void More_overlap_than_the_budget_can_merge_is_refused()
    {
        var file = SyntheticFile.Write(
            SyntheticFile.Messages(7, 3000, spread: 100_000), new McapWriterOptions { ChunkBytes = 8192 });

        var fault = Assert.Throws<RecordingException>(
            () => RecordedMessage.Indexed(file, new McapReadOptions { MaxBufferedBytes = 20_000 }));

        Assert.Contains("chunks overlap in time", fault.Message, StringComparison.Ordinal);
        Assert.Contains("MaxBufferedBytes", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attachments_metadata_and_statistics_are_listed(bool chunked)
    {
        using var reader = new McapIndexedReader(new MemoryStream(SyntheticFile.Small(chunked)));

        var attachment = reader.ReadAttachment(Assert.Single(reader.Attachments));
        Assert.Equal("calibration", attachment.Name);
        Assert.Equal("abc"u8.ToArray(), attachment.Data.ToArray());
        Assert.Equal("v", reader.ReadMetadata(Assert.Single(reader.Metadata)).Metadata["k"]);
        Assert.Equal(5UL, reader.Statistics!.MessageCount);
        Assert.Equal(10UL, reader.StartTime);
        Assert.Equal(40UL, reader.EndTime);
        Assert.Equal("test", reader.Header.Profile);
        Assert.Equal(!chunked, reader.SummaryFault is not null);
    }

    [Fact]
    public void Extreme_times_are_kept_and_ordered()
    {
        ulong[] times = [ulong.MaxValue, 0, ulong.MaxValue, 5, long.MaxValue, (ulong)long.MaxValue + 1, 0];
        var messages = times.Select((time, i) => new RecordedMessage("/t", (uint)i, time, time, "")).ToList();

        var file = SyntheticFile.Write(messages);

        Assert.Equal(messages, RecordedMessage.Streamed(file));
        Assert.Equal(messages.OrderBy(message => message.LogTime), RecordedMessage.Indexed(file));
    }

    [Fact]
    public void Times_past_the_year_2262_saturate()
    {
        Assert.Equal(long.MaxValue, McapTime.ToTimestamp(ulong.MaxValue).Nanoseconds);
        Assert.Equal(0UL, McapTime.FromTimestamp(new EdgeFusion.Time.Timestamp(-1)));
        Assert.Equal(42UL, McapTime.FromTimestamp(McapTime.ToTimestamp(42)));
    }

    [Fact]
    public void A_message_can_be_filled_in_place()
    {
        var stream = new MemoryStream();
        using var writer = new McapWriter(stream);
        var channel = writer.AddChannel("/t", "raw");

        writer.BeginMessage(channel, 1, 2, 3, 100).Fill(7);
        writer.CommitMessage(4);
        writer.BeginMessage(channel, 2, 3, 4, 100).Fill(8);
        writer.Finish();

        var message = Assert.Single(RecordedMessage.Streamed(stream.ToArray()));
        Assert.Equal(new RecordedMessage("/t", 1, 2, 3, "07070707"), message);
    }

    [Fact]
    public void A_flushed_chunk_is_readable_before_the_file_is_finished()
    {
        var stream = new MemoryStream();
        using var writer = new McapWriter(stream);
        SyntheticFile.WriteInto(writer, SyntheticFile.SmallMessages);

        writer.Flush();

        var read = RecordedMessage.Streamed(stream.ToArray(), new McapReadOptions { Recover = true });
        Assert.Equal(SyntheticFile.SmallMessages, read);
    }

    [Fact]
    public void A_message_larger_than_a_chunk_is_kept_whole()
    {
        var messages = SyntheticFile.Messages(3, 20, maxBytes: 5000);

        var file = SyntheticFile.Write(messages, new McapWriterOptions { ChunkBytes = 1024 });

        Assert.Equal(messages, RecordedMessage.Streamed(file));
    }

    private static McapWriterOptions RandomOptions(int seed)
    {
        var random = new Random(seed);
        bool Flip() => random.Next(2) == 0;
        return new McapWriterOptions
        {
            Chunked = random.Next(4) != 0,
            ChunkBytes = random.Next(1024, 8192),
            SelfContainedChunks = Flip(),
            MessageIndex = Flip(),
            ChunkIndex = Flip(),
            Statistics = Flip(),
            RepeatSchemas = Flip(),
            RepeatChannels = Flip(),
            SummaryOffsets = Flip(),
            DataSectionCrc = Flip(),
            SummaryCrc = Flip(),
            ChunkCrc = Flip(),
            RecordPadding = Flip() ? [1, 2, 3] : [],
        };
    }
}
