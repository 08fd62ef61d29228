using System.Buffers.Binary;
using System.Text;
using EdgeFusion.Recording.Mcap;
using Xunit;

namespace EdgeFusion.Tests.Recording;

/// <summary>Files that claim more than they are.</summary>
public sealed class McapLimitTests
{
    private static readonly byte[] Magic = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A];
    private static readonly byte[] Header = Record(0x01, new byte[8]);

    [Theory]
    [InlineData(1UL << 20)]
    [InlineData(64UL << 20)]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    public void A_record_that_promises_bytes_which_do_not_come_takes_no_memory(ulong length)
    {
        var head = new byte[9];
        head[0] = 0x06;
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(1), length);
        byte[] file = [.. Magic, .. Header, .. head, .. new byte[100]];

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<RecordingException>(() => RecordedMessage.Streamed(file));
        Assert.Throws<RecordingException>(() => RecordedMessage.Indexed(file));
        Assert.Empty(RecordedMessage.Streamed(file, new McapReadOptions { Recover = true }));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void A_chunk_that_promises_a_bomb_takes_no_memory()
    {
        using var codec = new FakeCodec();
        var options = new McapReadOptions { Codecs = [codec] };
        foreach (var size in new[] { 1UL << 30, 32UL << 20, ulong.MaxValue })
        {
            byte[] file = [.. Magic, .. Header, .. Chunk("fake", size, new byte[1024])];

            var before = GC.GetAllocatedBytesForCurrentThread();
            var fault = Assert.Throws<RecordingException>(() => RecordedMessage.Streamed(file, options));

            Assert.Contains("Max", fault.Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        }
    }

    [Fact]
    public void A_chunk_that_unpacks_to_less_than_it_says_is_damage()
    {
        using var codec = new FakeCodec();
        byte[] file = [.. Magic, .. Header, .. Chunk("fake", 2000, new byte[1024])];

        var fault = Assert.Throws<RecordingException>(
            () => RecordedMessage.Streamed(file, new McapReadOptions { Codecs = [codec] }));

        Assert.Contains("says 2000", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_codec_is_named_with_what_there_is()
    {
        using var codec = new FakeCodec();
        byte[] file = [.. Magic, .. Header, .. Chunk("zs\ntd", 2000, new byte[1024])];

        var fault = Assert.Throws<RecordingException>(
            () => RecordedMessage.Streamed(file, new McapReadOptions { Codecs = [codec] }));

        Assert.Contains("'zs?td'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("fake", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_channels_or_schemas_than_allowed_are_refused()
    {
        var stream = new MemoryStream();
        using (var writer = new McapWriter(stream))
        {
            for (var i = 0; i < 20; i++)
                writer.AddChannel($"/t{i}", "raw", writer.AddSchema($"S{i}", "", default));
        }

        var file = stream.ToArray();

        Assert.Throws<RecordingException>(
            () => RecordedMessage.Streamed(file, new McapReadOptions { MaxChannels = 19 }));
        Assert.Throws<RecordingException>(
            () => RecordedMessage.Indexed(file, new McapReadOptions { MaxSchemas = 19 }));
        Assert.Throws<RecordingException>(
            () => RecordedMessage.Streamed(file, new McapReadOptions { MaxDefinitionBytes = 200 }));
        Assert.Empty(RecordedMessage.Streamed(file, new McapReadOptions { MaxChannels = 20, MaxSchemas = 20 }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    public void A_chunk_padded_with_bytes_that_are_no_record_ends(int padding)
    {
        byte[] records = [.. Record(0x04, ChannelBody()), .. new byte[padding]];
        byte[] file = [.. Magic, .. Header, .. Chunk("", (ulong)records.Length, records)];

        var fault = Assert.Throws<RecordingException>(() => RecordedMessage.Streamed(file));

        Assert.Contains(padding == 0 ? "without its footer" : "no record", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x06)]
    [InlineData(0x09)]
    [InlineData(0x00)]
    [InlineData(0x02)]
    public void Records_that_do_not_belong_into_a_chunk_are_damage(byte opcode)
    {
        var records = Record(opcode, new byte[50]);
        byte[] file = [.. Magic, .. Header, .. Chunk("", (ulong)records.Length, records)];

        Assert.Contains(
            "not allowed inside a chunk",
            Assert.Throws<RecordingException>(() => RecordedMessage.Streamed(file)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_records_are_skipped_everywhere()
    {
        var unknown = Record(0x80, new byte[33]);
        byte[] records = [.. unknown, .. Record(0x04, ChannelBody()), .. unknown, .. Message(7, 5), .. unknown];
        byte[] file =
        [
            .. Magic, .. Header, .. unknown, .. Chunk("", (ulong)records.Length, records), .. unknown,
            .. Record(0x0F, new byte[4]), .. unknown, .. Record(0x02, new byte[20]), .. Magic,
        ];

        Assert.Single(RecordedMessage.Streamed(file));
        Assert.Single(RecordedMessage.Indexed(file));
    }

    [Fact]
    public void A_message_on_an_unknown_channel_is_damage()
    {
        byte[] file = [.. Magic, .. Header, .. Message(3, 5)];

        Assert.Contains(
            "channel 3, not defined",
            Assert.Throws<RecordingException>(() => RecordedMessage.Streamed(file)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_names_one_chunk_twice_is_not_believed()
    {
        var stream = new MemoryStream();
        using var writer = new McapWriter(
            stream, new McapWriterOptions { SummaryCrc = false, Statistics = false, SummaryOffsets = false });
        SyntheticFile.WriteInto(writer, SyntheticFile.SmallMessages);
        writer.Finish();
        var file = stream.ToArray();
        // Footer (29) and magic (8) end the file; the chunk index lies right before and is written once more.
        var index = file.AsSpan(0, file.Length - 37).LastIndexOf((ReadOnlySpan<byte>)Record(0x08, new byte[74])[..9]);
        byte[] doubled = [.. file[..^37], .. file[index..^37], .. file[^37..]];

        using var reader = new McapIndexedReader(new MemoryStream(doubled));

        Assert.True(index > 0);
        Assert.NotNull(reader.SummaryFault);
        Assert.Equal(SyntheticFile.SmallMessages.Count, RecordedMessage.Of(reader.ReadMessages()).Count);
    }

    [Fact]
    public void A_file_that_is_no_recording_is_named_so()
    {
        var fault = Assert.Throws<RecordingException>(
            () => RecordedMessage.Indexed(Encoding.ASCII.GetBytes("RIFF....WAVE, and so on for some bytes")));

        Assert.Contains("does not begin like an MCAP file", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var fault = Assert.Throws<RecordingException>(() => McapIndexedReader.Open("no-such-file.mcap"));

        Assert.Contains("no-such-file.mcap", fault.Message, StringComparison.Ordinal);
    }

    private static byte[] ChannelBody() => [7, 0, 0, 0, 1, 0, 0, 0, (byte)'t', 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Message(ushort channel, ulong time)
    {
        var body = new byte[22];
        BinaryPrimitives.WriteUInt16LittleEndian(body, channel);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(6), time);
        return Record(0x05, body);
    }

    private static byte[] Record(byte opcode, byte[] body)
    {
        var record = new byte[9 + body.Length];
        record[0] = opcode;
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(1), (ulong)body.Length);
        body.CopyTo(record, 9);
        return record;
    }

    private static byte[] Chunk(string compression, ulong size, byte[] records)
    {
        var name = Encoding.UTF8.GetBytes(compression);
        var body = new byte[8 + 8 + 8 + 4 + 4 + name.Length + 8 + records.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(16), size);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(28), (uint)name.Length);
        name.CopyTo(body, 32);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(32 + name.Length), (ulong)records.Length);
        records.CopyTo(body, 40 + name.Length);
        return Record(0x06, body);
    }

    /// <summary>Copies, however large the block claims to be.</summary>
    private sealed class FakeCodec : IChunkCodec
    {
        public string Name => "fake";

        public int MaxCompressedLength(int sourceLength) => sourceLength;

        public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
        {
            source.CopyTo(destination);
            return source.Length;
        }

        public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination) => Compress(source, destination);

        public void Dispose()
        {
        }
    }
}
