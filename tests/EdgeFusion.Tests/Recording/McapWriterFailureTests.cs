using EdgeFusion.Recording.Mcap;
using Xunit;

namespace EdgeFusion.Tests.Recording;

/// <summary>A disk that is full: whole records only, and counts that are true.</summary>
public sealed class McapWriterFailureTests
{
    private static readonly McapReadOptions Recovering = new() { Recover = true };

    [Fact]
    public void A_disk_full_at_any_byte_leaves_whole_records_and_true_counts()
    {
        var complete = SyntheticFile.Write(
            SyntheticFile.Messages(1, 60), new McapWriterOptions { ChunkBytes = 1024 }).Length;

        for (var capacity = 30; capacity < complete; capacity += 7)
        {
            using var disk = new SmallDisk(capacity);
            using var writer = new McapWriter(disk, new McapWriterOptions { ChunkBytes = 1024 }, leaveOpen: true);
            Assert.Throws<RecordingException>(() =>
            {
                SyntheticFile.WriteInto(writer, SyntheticFile.Messages(1, 60));
                writer.Finish();
            });

            using var reader = new McapStreamReader(new MemoryStream(disk.ToArray()), Recovering);
            ulong count = 0;
            while (reader.Read())
                count += reader.Opcode == McapOpcode.Message ? 1UL : 0;
            Assert.Equal(0, reader.Losses.LostBytes);
            Assert.Equal(writer.MessagesWritten, count);
            Assert.Equal(writer.Statistics().MessageCount, count);
            Assert.Equal(writer.BytesWritten, disk.Length);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_space_was_made_nothing_is_missing(bool chunked)
    {
        var messages = SyntheticFile.Messages(2, 60);
        using var disk = new SmallDisk(2000);
        using var writer = new McapWriter(disk, new McapWriterOptions { ChunkBytes = 1024, Chunked = chunked });
        var channels = new Dictionary<string, ushort>();
        var refused = 0;

        foreach (var message in messages)
        {
            if (!channels.TryGetValue(message.Topic, out var channel))
                channels[message.Topic] = channel = writer.AddChannel(message.Topic, "raw");
            while (true)
            {
                try
                {
                    writer.WriteMessage(
                        channel, message.Sequence, message.LogTime, message.PublishTime,
                        Convert.FromHexString(message.Data));
                    break;
                }
                catch (RecordingException)
                {
                    refused++;
                    disk.Limit += 500;
                }
            }
        }

        disk.Limit = int.MaxValue;
        writer.Finish();

        Assert.True(refused > 3);
        Assert.Equal(messages, RecordedMessage.Streamed(disk.ToArray()));
        Assert.Equal(messages.OrderBy(m => m.LogTime), RecordedMessage.Indexed(disk.ToArray()));
    }

    [Fact]
    public void What_is_discarded_is_not_counted_and_its_channel_is_defined_again()
    {
        using var disk = new SmallDisk(100);
        using var writer = new McapWriter(disk, new McapWriterOptions { ChunkBytes = 1024 });
        var channel = writer.AddChannel("/t", "raw", writer.AddSchema("S", "", default));
        writer.WriteMessage(channel, 1, 1, 1, new byte[100]);
        Assert.Throws<RecordingException>(() => writer.Flush());

        Assert.Equal(1, writer.DiscardPending());
        disk.Limit = int.MaxValue;
        writer.WriteMessage(channel, 2, 2, 2, [5]);
        writer.Finish();

        Assert.Equal([new RecordedMessage("/t", 2, 2, 2, "05")], RecordedMessage.Streamed(disk.ToArray()));
        Assert.Equal(1UL, writer.Statistics().MessageCount);
        Assert.Equal(2UL, writer.Statistics().MessageStartTime);
    }

    [Fact]
    public void The_message_says_what_failed_and_what_to_do()
    {
        using var disk = new SmallDisk(100);
        using var writer = new McapWriter(disk, name: "run.mcap");
        writer.WriteMessage(writer.AddChannel("/t", "raw"), 1, 1, 1, new byte[100]);

        var fault = Assert.Throws<RecordingException>(() => writer.Flush());

        Assert.Contains("run.mcap", fault.Message, StringComparison.Ordinal);
        Assert.Contains("No space left", fault.Message, StringComparison.Ordinal);
        Assert.Contains("free space", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_cannot_be_cut_back_takes_nothing_more()
    {
        using var disk = new SmallDisk(100) { Seekable = false };
        using var writer = new McapWriter(disk);
        var channel = writer.AddChannel("/t", "raw");
        writer.WriteMessage(channel, 1, 1, 1, new byte[100]);

        Assert.Throws<RecordingException>(() => writer.Flush());
        disk.Limit = int.MaxValue;

        Assert.Contains(
            "start a new recording",
            Assert.Throws<RecordingException>(() => writer.Flush()).Message,
            StringComparison.Ordinal);
        Assert.Equal(0UL, writer.MessagesWritten);
    }

    [Fact]
    public void An_existing_recording_is_not_overwritten_unasked()
    {
        var path = Path.GetTempFileName();
        try
        {
            Assert.Contains(path, Assert.Throws<RecordingException>(
                () => McapWriter.Create(path)).Message, StringComparison.Ordinal);
            McapWriter.Create(path, overwrite: true).Dispose();
            using var reader = McapIndexedReader.Open(path);
            Assert.Null(reader.StartTime);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Faulty_options_are_reported_together()
    {
        var fault = Assert.Throws<ArgumentException>(() => new McapWriter(
            new MemoryStream(), new McapWriterOptions { ChunkBytes = 1, MaxRecordBytes = 1 }));

        Assert.Contains("ChunkBytes", fault.Message, StringComparison.Ordinal);
        Assert.Contains("MaxRecordBytes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_that_do_not_fit_are_refused()
    {
        using var writer = new McapWriter(new MemoryStream());
        writer.AddSchema(new McapSchema(5, "S", "", default));

        Assert.Throws<ArgumentException>(() => writer.AddSchema(new McapSchema(0, "S", "", default)));
        Assert.Throws<ArgumentException>(() => writer.AddSchema(new McapSchema(5, "S", "", default)));
        Assert.Throws<ArgumentException>(() => writer.AddChannel("/t", "raw", 6));
        Assert.Throws<ArgumentException>(() => writer.WriteMessage(9, 0, 0, 0, default));
        Assert.Throws<InvalidOperationException>(() => writer.CommitMessage(0));
    }

    /// <summary>Takes bytes up to a limit, then writes a part and fails as a full disk does.</summary>
    private sealed class SmallDisk(int limit) : MemoryStream
    {
        public int Limit { get; set; } = limit;

        public bool Seekable { get; init; } = true;

        public override bool CanSeek => Seekable;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var room = (int)Math.Max(0, Limit - Position);
            base.Write(buffer[..Math.Min(room, buffer.Length)]);
            if (room < buffer.Length)
                throw new IOException("No space left on device");
        }
    }
}
