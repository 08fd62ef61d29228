using EdgeFusion.Recording.Mcap;
using Xunit;

namespace EdgeFusion.Tests.Recording;

/// <summary>A small file cut and flipped at every byte: a clean error or a clean recovery, never else.</summary>
public sealed class McapDamageTests
{
    private static readonly McapReadOptions Recovering = new() { Recover = true };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_cut_anywhere_is_an_error_with_name_and_offset(bool chunked)
    {
        var file = SyntheticFile.Small(chunked);

        for (var length = 0; length < file.Length; length++)
        {
            var fault = Assert.Throws<RecordingException>(() => RecordedMessage.Streamed(file[..length]));
            Assert.Contains("test.mcap", fault.Message, StringComparison.Ordinal);
            Assert.Contains("offset", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_cut_anywhere_is_recovered_up_to_the_tear(bool chunked)
    {
        var file = SyntheticFile.Small(chunked);
        var expected = SyntheticFile.SmallMessages;
        var last = 0;

        for (var length = 8; length < file.Length; length++)
        {
            using var reader = new McapStreamReader(new MemoryStream(file[..length]), Recovering);
            var read = Drain(reader);

            // Only whole messages, in order, and never fewer than from a shorter file.
            Assert.Equal(expected.Take(read.Count), read);
            Assert.True(read.Count >= last);
            Assert.True(reader.Losses.Any);
            last = read.Count;
            Assert.Equal(
                expected.Take(read.Count).OrderBy(m => m.LogTime), RecordedMessage.Indexed(file[..length], Recovering));
        }

        Assert.Equal(expected.Count, last);
    }

    [Fact]
    public void The_indexed_reader_takes_a_cut_file_without_recovering_when_only_the_summary_is_gone()
    {
        var file = SyntheticFile.Small();
        var whole = RecordedMessage.Indexed(file);
        var complete = 0;

        for (var length = 0; length < file.Length; length++)
        {
            try
            {
                Assert.Equal(whole, RecordedMessage.Indexed(file[..length]));
                complete++;
            }
            catch (RecordingException)
            {
                // Cut within the data section.
            }
        }

        Assert.True(complete > 100, "every cut behind the end of data leaves the messages readable");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_bit_never_shows_in_a_message_of_a_chunk(bool recover)
    {
        var file = SyntheticFile.Small();
        var expected = SyntheticFile.SmallMessages.ToHashSet();
        var options = new McapReadOptions { Recover = recover };

        ForEachFlip(file, flipped =>
        {
            foreach (var read in new[] { Try(() => Streamed(flipped, options)), Try(() => Indexed(flipped, options)) })
            {
                if (read is null)
                    continue;
                Assert.Subset(expected, read.Value.Messages.ToHashSet());
                Assert.Equal(read.Value.Messages.Count, read.Value.Messages.Distinct().Count());
                if (read.Value.Messages.Count < expected.Count)
                    Assert.True(read.Value.HasLosses, "what is missing has to be counted");
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_bit_outside_chunks_or_without_crcs_is_never_more_than_an_error(bool recover)
    {
        var options = new McapReadOptions { Recover = recover, ValidateCrcs = false };

        foreach (var file in new[] { SyntheticFile.Small(chunked: false), SyntheticFile.Small() })
        {
            ForEachFlip(file, flipped =>
            {
                Try(() => Streamed(flipped, options));
                Try(() => Indexed(flipped, options));
                Try(() => ReadEverything(flipped, options));
            });
        }
    }

    [Fact]
    public void A_damaged_chunk_is_skipped_and_counted()
    {
        var messages = SyntheticFile.Messages(1, 100);
        var file = SyntheticFile.Write(
            messages, new McapWriterOptions { ChunkBytes = 2048, SelfContainedChunks = true });
        using var intact = new McapIndexedReader(new MemoryStream(file));
        var chunk = FirstChunk(file);
        file[chunk.ChunkStartOffset + 100] ^= 1;

        using var reader = new McapStreamReader(new MemoryStream(file), Recovering);
        var streamed = Drain(reader);
        using var indexed = new McapIndexedReader(new MemoryStream(file), Recovering);
        var cursor = indexed.ReadMessages();
        var ordered = RecordedMessage.Of(cursor);

        Assert.InRange(streamed.Count, 50, 99);
        Assert.Equal(messages.TakeLast(streamed.Count), streamed);
        Assert.Equal(1, reader.Losses.DamagedChunks);
        Assert.Equal((long)chunk.ChunkLength, reader.Losses.LostBytes);
        Assert.False(reader.Losses.Torn);
        Assert.Null(indexed.SummaryFault);
        Assert.Equal(streamed.OrderBy(m => m.LogTime), ordered);
        Assert.Equal(1, cursor.Losses.DamagedChunks);
        Assert.Equal((long)chunk.ChunkLength, cursor.Losses.LostBytes);
    }

    [Fact]
    public void A_damaged_metadata_record_does_not_keep_a_recovering_reader_from_opening()
    {
        var file = SyntheticFile.Small();
        // The length of the name "origin", the first field of the record, becomes more than the record holds.
        file[file.AsSpan().IndexOf("origin"u8) - 3] = 0xFF;

        using var reader = new McapIndexedReader(new MemoryStream(file[..^50]), Recovering);

        Assert.Empty(reader.Metadata);
        Assert.True(reader.Losses.DamagedRecords > 0);
        Assert.Equal(SyntheticFile.SmallMessages.Count, RecordedMessage.Of(reader.ReadMessages()).Count);
    }

    private static McapChunkIndex FirstChunk(byte[] file)
    {
        using var reader = new McapStreamReader(new MemoryStream(file));
        while (reader.Read())
        {
            if (reader.Opcode == McapOpcode.ChunkIndex)
                return reader.GetChunkIndex();
        }

        throw new InvalidOperationException("the file has no chunk index");
    }

    private static void ForEachFlip(byte[] file, Action<byte[]> test)
    {
        for (var i = 0; i < file.Length; i++)
        {
            foreach (var mask in new byte[] { 0x01, 0x10, 0x80, 0xFF })
            {
                var flipped = (byte[])file.Clone();
                flipped[i] ^= mask;
                test(flipped);
            }
        }
    }

    private static (List<RecordedMessage> Messages, bool HasLosses)? Try(
        Func<(List<RecordedMessage> Messages, bool HasLosses)> read)
    {
        try
        {
            return read();
        }
        catch (RecordingException)
        {
            return null;
        }
    }

    private static (List<RecordedMessage> Messages, bool HasLosses) Streamed(byte[] file, McapReadOptions options)
    {
        using var reader = new McapStreamReader(new MemoryStream(file), options);
        return (Drain(reader), reader.Losses.Any);
    }

    private static (List<RecordedMessage> Messages, bool HasLosses) Indexed(byte[] file, McapReadOptions options)
    {
        using var reader = new McapIndexedReader(new MemoryStream(file), options);
        var cursor = reader.ReadMessages();
        return (RecordedMessage.Of(cursor), cursor.Losses.Any || reader.Losses.Any);
    }

    /// <summary>Parses every record of every kind.</summary>
    private static (List<RecordedMessage> Messages, bool HasLosses) ReadEverything(byte[] file, McapReadOptions options)
    {
        using var indexed = new McapIndexedReader(new MemoryStream(file), options);
        foreach (var attachment in indexed.Attachments)
            indexed.ReadAttachment(attachment);
        foreach (var metadata in indexed.Metadata)
            indexed.ReadMetadata(metadata);
        using var reader = new McapStreamReader(new MemoryStream(file), options);
        while (reader.Read())
            ConformanceJson.Of(reader);
        return ([], true);
    }

    private static List<RecordedMessage> Drain(McapStreamReader reader)
    {
        var messages = new List<RecordedMessage>();
        while (reader.Read())
        {
            if (reader.Opcode == McapOpcode.Message)
                messages.Add(RecordedMessage.Of(reader.Message));
        }

        return messages;
    }
}
