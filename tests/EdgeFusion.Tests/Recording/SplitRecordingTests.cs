using System.Runtime.InteropServices;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Recording;

public sealed class SplitRecordingTests
{
    private readonly Streams _streams = new();

    [Fact]
    public void No_sample_is_lost_or_repeated_where_a_file_ends_by_time()
    {
        var options = new SplitRecordingOptions { MaxBytes = 0, MaxDuration = TimeSpan.FromMilliseconds(250) };
        using var split = new SplitRecording(_ => _streams.Open(At(0)), options);
        split.AddSensor(Vector(), At(0));
        split.AddModel(Manifest(VectorInput(100)));

        Fill(split, 1_000);

        Assert.Equal(4, _streams.Count);
        IEnumerable<uint> sequences = Enumerable.Range(0, 4)
            .SelectMany(file => _streams.Messages(file, "/force")).Select(m => m.Sequence);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => (uint)i), sequences);
    }

    [Fact]
    public void Files_end_by_size()
    {
        var options = new SplitRecordingOptions { MaxBytes = 20_000, MaxDuration = TimeSpan.Zero };
        using var split = new SplitRecording(_ => _streams.Open(At(0), RecordingFlush.Live), options);
        split.AddSensor(Vector(), At(0));

        Fill(split, 1_000);

        Assert.True(_streams.Count > 3);
        Assert.Equal(1_000, Enumerable.Range(0, _streams.Count).Sum(file => _streams.Messages(file, "/force").Count));
    }

    [Fact]
    public void Where_the_disk_is_full_by_policy_the_file_is_completed_and_nothing_more_is_taken()
    {
        var folder = new FakeFolder { FreeBytes = 1_000, TotalBytes = 10_000 };
        var retention = new RecordingRetention(
            folder, new RecordingRetentionOptions { MinFree = 0.05, KeepNewest = false });
        using var split = new SplitRecording(
            _ => _streams.Open(At(0)), new SplitRecordingOptions { CheckEvery = TimeSpan.Zero }, retention);
        split.AddSensor(Vector(), At(0));
        Fill(split, 10, finish: false);
        folder.FreeBytes = 400;

        split.Maintain(At(20));

        Assert.Contains("make room", split.Refusal, StringComparison.Ordinal);
        Assert.Equal(10, _streams.Messages(0, "/force").Count);
        folder.FreeBytes = 520;
        split.Maintain(At(30));
        Assert.NotNull(split.Refusal);
        folder.FreeBytes = 560;
        split.Maintain(At(40));
        Assert.Null(split.Refusal);
    }

    [Fact]
    public void The_oldest_files_make_room_for_the_newest()
    {
        var folder = new FakeFolder { FreeBytes = 5_000, TotalBytes = 10_000 };
        folder.Files.AddRange([new("a", 100), new("b", 100), new("c", 100)]);
        var retention = new RecordingRetention(folder, new RecordingRetentionOptions { QuotaBytes = 250 });

        string? refusal = retention.Check(openBytes: 90);

        Assert.Null(refusal);
        Assert.Equal(["c"], folder.Files.Select(f => f.Path));
        Assert.Equal(2, retention.Deleted);
    }

    [Fact]
    public void Other_files_of_a_folder_are_never_listed()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("edgefusion-test-");
        var folder = new DirectoryRecordingFolder(directory.FullName, "cell");
        string mine = folder.PathOf(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), 7);
        string open = folder.PathOf(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), 8);
        string[] others = ["cell-blackbox-20260102T030405Z-0001.mcap", "cell-7.mcap", "cellar.mcap", "cell-.mcap"];
        foreach (string path in others.Select(o => Path.Combine(directory.FullName, o)).Append(mine).Append(open))
        {
            File.WriteAllText(path, "x");
        }

        folder.Open = open;

        Assert.Equal([mine], folder.List().Select(f => f.Path));
        Assert.EndsWith("cell-20260102T030405Z-0007.mcap", mine, StringComparison.Ordinal);
        directory.Delete(recursive: true);
    }

    [Fact]
    public void Frames_lie_in_chunks_of_their_own()
    {
        var stream = new MemoryStream();
        using var writer = new RecordingWriter(
            new McapWriter(stream, RecordingWriter.LiveOptions(new CountingCodec()), "test"), At(0));
        int camera = writer.AddSensor(Camera(), At(0));
        int force = writer.AddSensor(Vector(), At(0));
        var pixels = new byte[4 * 2 * 3];
        for (int i = 0; i < 50; i++)
        {
            var header = new SampleHeader { Sequence = i, Capture = At(i), Arrival = At(i) };
            writer.WriteSample(camera, header, pixels);
            writer.WriteSample(force, header, new byte[8]);
        }

        writer.Finish();

        using var reader = new McapStreamReader(
            new MemoryStream(stream.ToArray()), new McapReadOptions { Codecs = [new CountingCodec()] });
        var chunks = new List<McapChunkIndex>();
        while (reader.Read())
        {
            if (reader.Opcode == McapOpcode.ChunkIndex)
            {
                chunks.Add(reader.GetChunkIndex());
            }
        }

        Assert.Equal(["zstd", ""], chunks.Select(c => c.Compression));
        Assert.All(chunks, chunk => Assert.Single(chunk.MessageIndexOffsets));
    }

    [Fact]
    public void A_sample_costs_no_byte_of_garbage()
    {
        using var split = new SplitRecording(
            _ => new RecordingWriter(
                new McapWriter(Stream.Null, RecordingWriter.LiveOptions()), At(0), RecordingFlush.Live),
            new SplitRecordingOptions { MaxBytes = 0 });
        split.AddSensor(Vector(), At(0));
        Fill(split, 30_000, finish: false);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(split, 10_000, finish: false, from: 30_000);

        Allocations.AssertNone(10_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Fill(SplitRecording split, int count, bool finish = true, int from = 0)
    {
        Span<float> values = [1, 2];
        for (int i = from; i < from + count; i++)
        {
            var header = new SampleHeader { Sequence = i, Capture = At(i), Arrival = At(i) };
            split.WriteSample(0, header, MemoryMarshal.AsBytes(values));
            split.Maintain(At(i));
        }

        if (finish)
        {
            split.Finish();
        }
    }

    private sealed class FakeFolder : IRecordingFolder
    {
        public List<RecordingFile> Files { get; } = [];

        public long FreeBytes { get; set; }

        public long TotalBytes { get; init; }

        public IReadOnlyList<RecordingFile> List() => [.. Files];

        public void Delete(RecordingFile file) => Files.Remove(file);
    }

    /// <summary>Leaves the last byte away and guesses it again: shrinks, and comes back.</summary>
    private sealed class CountingCodec : IChunkCodec
    {
        public string Name => "zstd";

        public int MaxCompressedLength(int sourceLength) => sourceLength;

        public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
        {
            source[..^1].CopyTo(destination);
            return source.Length - 1;
        }

        public int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
        {
            source.CopyTo(destination);
            destination[^1] = 0;
            return destination.Length;
        }

        public void Dispose()
        {
        }
    }
}
