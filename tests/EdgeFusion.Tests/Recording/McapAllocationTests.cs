using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Tests.Recording;

/// <summary>Steady state: nothing is allocated per message.</summary>
public sealed class McapAllocationTests
{
    private const int MessageBytes = 1000;
    private const int Messages = 20_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Writing_allocates_nothing_per_message(bool chunked)
    {
        using var writer = new McapWriter(Stream.Null, new McapWriterOptions
        {
            Chunked = chunked,
            ChunkBytes = 1 << 20,
            SelfContainedChunks = true,
        });
        var channel = writer.AddChannel("/t", "raw", writer.AddSchema("S", "", "definition"u8.ToArray()));
        var data = new byte[MessageBytes];
        for (var i = 0; i < 5000; i++)
            writer.WriteMessage(channel, 0, 0, 0, data);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 0; i < Messages; i++)
        {
            writer.WriteMessage(channel, (uint)i, i, i, data);
            writer.BeginMessage(channel, (uint)i, i, i, MessageBytes).Clear();
            writer.CommitMessage(MessageBytes);
        }

        Allocations.AssertNone(Messages, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Repeating_the_definitions_in_each_chunk_allocates_nothing()
    {
        using var writer = new McapWriter(Stream.Null, new McapWriterOptions
        {
            ChunkBytes = 1 << 10,
            SelfContainedChunks = true,
            ChunkIndex = false,
        });
        var channel = writer.AddChannel(
            "/t", "raw", writer.AddSchema("S", "", "definition"u8.ToArray()),
            new Dictionary<string, string> { ["key"] = "value" });
        var data = new byte[MessageBytes];
        for (var i = 0; i < 100; i++)
            writer.WriteMessage(channel, 0, 0, 0, data);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 0; i < Messages; i++)
            writer.WriteMessage(channel, (uint)i, i, i, data);

        Allocations.AssertNone(Messages, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(writer.Statistics().ChunkCount > Messages);
    }

    [Fact]
    public void Reading_streamed_allocates_nothing_per_message()
    {
        using var reader = new McapStreamReader(new MemoryStream(LargeFile()));
        for (var i = 0; i < 5000; i++)
            reader.Read();

        var before = GC.GetAllocatedBytesForCurrentThread();
        long bytes = 0;
        while (reader.Read() && reader.Opcode != McapOpcode.DataEnd)
            bytes += reader.Opcode == McapOpcode.Message ? reader.Message.Data.Length : 0;

        Allocations.AssertNone(Messages, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(bytes > 10 * Messages);
    }

    [Fact]
    public void Reading_by_index_allocates_nothing_per_message()
    {
        using var reader = new McapIndexedReader(new MemoryStream(LargeFile()));
        var messages = reader.ReadMessages();
        for (var i = 0; i < 5000; i++)
            messages.MoveNext();

        var before = GC.GetAllocatedBytesForCurrentThread();
        long bytes = 0;
        while (messages.MoveNext())
            bytes += messages.Current.Data.Length;

        Allocations.AssertNone(Messages, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(bytes > 10 * Messages);
    }

    private static byte[] LargeFile()
    {
        var stream = new MemoryStream();
        using var writer = new McapWriter(stream, new McapWriterOptions { SelfContainedChunks = true });
        var channel = writer.AddChannel("/t", "raw", writer.AddSchema("S", "", "definition"u8.ToArray()));
        for (ulong i = 0; i < Messages; i++)
            writer.WriteMessage(channel, (uint)i, i, i, new byte[MessageBytes]);
        writer.Finish();
        return stream.ToArray();
    }
}
