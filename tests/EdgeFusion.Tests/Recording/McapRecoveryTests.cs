using System.Buffers.Binary;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Tests.Recording;

/// <summary>Recovery of damaged files: everything intact comes over, everything lost is said.</summary>
public sealed class McapRecoveryTests : IDisposable
{
    private static readonly McapWriterOptions SmallChunks = new() { ChunkBytes = 2_048, SelfContainedChunks = true };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edgefusion-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_intact_file_comes_over_whole_and_says_so()
    {
        List<RecordedMessage> messages = SyntheticFile.Messages(1, 300);

        (McapRecoveryReport report, byte[] target) = Recover(SyntheticFile.Write(messages, SmallChunks));

        Assert.True(report.IsComplete);
        Assert.True(report.WasFinished);
        Assert.Equal((300, 0), (report.Messages, report.MessagesLost));
        Assert.Equal(Sorted(messages), Sorted(RecordedMessage.Indexed(target)));
    }

    [Fact]
    public void A_file_cut_at_any_byte_of_a_chunk_keeps_every_complete_chunk_and_never_claims_more()
    {
        byte[] file = SyntheticFile.Write(SyntheticFile.Messages(2, 60), SmallChunks);
        List<(long Offset, long Length)> chunks = Chunks(file);
        Assert.True(chunks.Count > 2);
        (long last, long lastBytes) = chunks[^1];

        for (long cut = last - 40; cut < last + lastBytes; cut++)
        {
            (McapRecoveryReport report, byte[] target) = Recover(file[..(int)cut]);

            int whole = chunks.Count(c => c.Offset + c.Length <= cut);
            Assert.Equal(whole, report.Chunks);
            Assert.False(report.WasFinished);
            Assert.Equal(report.Messages, RecordedMessage.Indexed(target).Count);
            Assert.Equal(report.Damages.Count == 0, report.IsComplete);
            Assert.Equal(cut, report.FileBytes);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_bit_costs_no_more_than_its_chunk_and_is_never_called_success(bool finished)
    {
        List<RecordedMessage> messages = SyntheticFile.Messages(3, 60);
        byte[] file = SyntheticFile.Write(messages, SmallChunks);
        if (!finished)
        {
            // As a process that was killed leaves it: without end and indexes.
            (long offset, long length) = Chunks(file)[^1];
            file = file[..(int)(offset + length)];
        }

        HashSet<RecordedMessage> known = [.. messages];

        for (int at = 0; at < file.Length; at += 13)
        {
            byte[] flipped = [.. file];
            flipped[at] ^= (byte)(1 << (at % 8));
            (McapRecoveryReport report, byte[] target) = Recover(flipped);

            List<RecordedMessage> read = RecordedMessage.Indexed(target);
            Assert.Subset(known, read.ToHashSet());
            Assert.Equal(report.Messages, read.Count);
            Assert.True(
                read.Count == messages.Count || !report.IsComplete,
                $"byte {at}: {read.Count} of {messages.Count} messages called complete");
            Assert.True(read.Count >= messages.Count / 2, $"byte {at}: only {read.Count} messages");
        }
    }

    [Fact]
    public void What_a_damaged_chunk_held_is_counted_by_its_index_even_without_a_summary()
    {
        byte[] file = SyntheticFile.Write(SyntheticFile.Messages(4, 200), SmallChunks);
        List<(long Offset, long Length)> chunks = Chunks(file);
        file[chunks[1].Offset + (chunks[1].Length / 2)] ^= 0xFF;
        byte[] unfinished = file[..(int)(chunks[^1].Offset + chunks[^1].Length)];

        (McapRecoveryReport report, _) = Recover(unfinished);

        McapDamage damage = Assert.Single(report.Damages);
        Assert.True(damage.IsChunk);
        Assert.Equal((chunks[1].Offset, chunks[1].Length), (damage.Offset, damage.Bytes));
        Assert.True(damage.Messages > 0);
        Assert.Equal(200, report.Messages + report.MessagesLost);
    }

    [Fact]
    public void A_stretch_of_garbage_in_the_middle_is_passed_over_to_the_next_chunk()
    {
        byte[] file = SyntheticFile.Write(SyntheticFile.Messages(5, 400), SmallChunks);
        List<(long Offset, long Length)> chunks = Chunks(file);
        new Random(1).NextBytes(file.AsSpan((int)chunks[2].Offset, (int)(chunks[4].Offset - chunks[2].Offset)));

        (McapRecoveryReport report, byte[] target) = Recover(file);

        Assert.Equal(chunks.Count - 2, report.Chunks);
        Assert.Equal(400, report.Messages + report.MessagesLost);
        Assert.False(report.IsComplete);
        using var reader = new McapIndexedReader(new MemoryStream(target));
        McapMetadata told = reader.ReadMetadata(reader.Metadata.Single(m => m.Name == McapRecovery.MetadataName));
        Assert.Equal("false", told.Metadata["complete"]);
    }

    [Fact]
    public void A_chunk_that_claims_to_be_huge_is_refused_without_the_memory_for_it()
    {
        byte[] file = SyntheticFile.Write(SyntheticFile.Messages(6, 200), SmallChunks);
        (long offset, _) = Chunks(file)[1];
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan((int)offset + 9 + 16), 1UL << 50);

        long before = GC.GetAllocatedBytesForCurrentThread();
        (McapRecoveryReport report, _) = Recover(file);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20);
        Assert.Single(report.Damages, d => d.IsChunk);
        Assert.Equal(200, report.Messages + report.MessagesLost);
    }

    [Fact]
    public void A_record_that_claims_more_than_the_file_holds_does_not_end_the_recovery()
    {
        byte[] file = SyntheticFile.Write(SyntheticFile.Messages(7, 200), SmallChunks);
        (long offset, _) = Chunks(file)[1];
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan((int)offset + 1), long.MaxValue);

        (McapRecoveryReport report, _) = Recover(file);

        Assert.Equal(Chunks(SyntheticFile.Write(SyntheticFile.Messages(7, 200), SmallChunks)).Count - 1, report.Chunks);
        Assert.False(report.IsComplete);
    }

    [Fact]
    public void Absurd_times_come_over_and_are_counted()
    {
        List<RecordedMessage> messages = SyntheticFile.Messages(8, 20);
        messages[3] = messages[3] with { LogTime = ulong.MaxValue };

        (McapRecoveryReport report, _) = Recover(SyntheticFile.Write(messages, SmallChunks));

        Assert.Equal((20, 1), (report.Messages, report.AbsurdTimes));
    }

    [Fact]
    public void Messages_outside_of_chunks_are_never_called_verified_without_an_end()
    {
        byte[] file = SyntheticFile.Write(SyntheticFile.Messages(9, 20), new McapWriterOptions { Chunked = false });

        (McapRecoveryReport whole, _) = Recover(file);
        (McapRecoveryReport cut, _) = Recover(file[..^100]);

        Assert.True(whole.IsComplete);
        Assert.True(cut.Unverified > 0);
        Assert.False(cut.IsComplete);
    }

    [Fact]
    public void What_is_no_recording_is_an_error_and_leaves_no_file()
    {
        string path = Path.Combine(_folder.FullName, "junk.mcap");
        File.WriteAllBytes(path, new byte[100_000]);
        string target = Path.Combine(_folder.FullName, "out.mcap");

        Assert.Throws<RecordingException>(() => New().Recover(path, target));

        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void An_existing_target_is_kept()
    {
        string path = Path.Combine(_folder.FullName, "a.mcap");
        File.WriteAllBytes(path, SyntheticFile.Small());
        string target = Path.Combine(_folder.FullName, "b.mcap");
        File.WriteAllText(target, "mine");

        Assert.Throws<RecordingException>(() => New().Recover(path, target));

        Assert.Equal("mine", File.ReadAllText(target));
    }

    private static McapRecovery New() => new(McapReadOptions.Default, SmallChunks) { IsSynced = false };

    private static List<(long Offset, long Length)> Chunks(byte[] file)
    {
        var chunks = new List<(long, long)>();
        using var reader = new McapStreamReader(new MemoryStream(file));
        while (reader.Read())
        {
            if (reader.Opcode == McapOpcode.ChunkIndex)
            {
                McapChunkIndex index = reader.GetChunkIndex();
                chunks.Add(((long)index.ChunkStartOffset, (long)index.ChunkLength));
            }
        }

        return chunks;
    }

    private static IEnumerable<RecordedMessage> Sorted(IEnumerable<RecordedMessage> messages) =>
        messages.OrderBy(m => m.Sequence);

    private (McapRecoveryReport Report, byte[] Target) Recover(byte[] file)
    {
        string path = Path.Combine(_folder.FullName, "damaged.mcap");
        string target = Path.Combine(_folder.FullName, "recovered.mcap");
        File.WriteAllBytes(path, file);
        McapRecoveryReport report = New().Recover(path, target, overwrite: true);
        return (report, File.ReadAllBytes(target));
    }
}
