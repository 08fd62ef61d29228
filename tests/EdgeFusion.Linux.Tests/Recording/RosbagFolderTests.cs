using System.Globalization;
using System.Text;
using EdgeFusion.Linux.Compression;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing;
using Xunit;

namespace EdgeFusion.Linux.Tests.Recording;

/// <summary>Folders as rosbag2 writes them: several files, compressed as a whole or message by message.</summary>
public sealed class RosbagFolderTests : IDisposable
{
    private const string Library = "libzstd.so.1";
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly McapReadOptions _options = new() { Codecs = ChunkCodecs.Available() };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedsLibraryFact(Library)]
    public void Several_files_are_one_recording_in_the_order_of_time()
    {
        Write("run_0.mcap", ["/a", "/b"], 0, 50);
        Write("run_1.mcap", ["/b", "/c"], 50, 50);
        Metadata("run_0.mcap", "run_1.mcap");

        using var bag = McapIndexedReader.Open(_folder, _options);

        Assert.Null(bag.SummaryFault);
        Assert.Equal(["/a", "/b", "/c"], bag.Channels.Values.Select(channel => channel.Topic));
        Assert.Equal((100UL, 3U), (bag.Statistics!.MessageCount, bag.Statistics.ChannelCount));
        Assert.Equal((0UL, 99UL), (bag.StartTime, bag.EndTime));
        Assert.Equal(Enumerable.Range(0, 100), Read(bag.ReadMessages()));
        Assert.Equal(
            Enumerable.Range(0, 100).Where(i => i % 2 == (i < 50 ? 1 : 0)),
            Read(bag.ReadMessages(new McapMessageFilter { Topics = ["/b"] })));
        McapMessageReader messages = bag.ReadMessages(new McapMessageFilter { FromTime = 40, ToTime = 60 });
        Assert.Equal(Enumerable.Range(40, 21), Read(messages));
        messages.Seek(55);
        Assert.Equal(Enumerable.Range(55, 6), Read(messages));
    }

    [NeedsLibraryFact(Library)]
    public void Files_that_overlap_in_time_are_merged()
    {
        Write("run_0.mcap", ["/a"], 0, 60, step: 2);
        Write("run_1.mcap", ["/b"], 1, 60, step: 2);
        Metadata("run_0.mcap", "run_1.mcap");

        using var bag = McapIndexedReader.Open(_folder, _options);

        Assert.Equal(Enumerable.Range(0, 120), Read(bag.ReadMessages()));
    }

    [NeedsLibraryFact(Library)]
    public void Files_and_messages_may_be_compressed()
    {
        using var codec = new ZstdCodec();
        Write("run_0.mcap", ["/a"], 0, 2_000, pack: codec);
        PackedMetadata("zstd", "MESSAGE", "run_0.mcap");
        using (var bag = McapIndexedReader.Open(_folder, _options))
        {
            Assert.Equal(Enumerable.Range(0, 2_000), Read(bag.ReadMessages()));
        }

        Write("run_0.mcap", ["/a"], 0, 20_000);
        byte[] whole = File.ReadAllBytes(Path.Combine(_folder, "run_0.mcap"));
        var packed = new byte[codec.MaxCompressedLength(whole.Length)];
        File.WriteAllBytes(
            Path.Combine(_folder, "run_0.mcap.zstd"), packed[..codec.Compress(whole, packed)]);
        File.Delete(Path.Combine(_folder, "run_0.mcap"));
        PackedMetadata("zstd", "FILE", "run_0.mcap.zstd");
        using (var bag = McapIndexedReader.Open(_folder, _options))
        {
            Assert.Equal(Enumerable.Range(0, 20_000), Read(bag.ReadMessages()));
        }

        var fault = Assert.Throws<RecordingException>(() => McapIndexedReader.Open(_folder));
        Assert.Contains("'zstd'", fault.Message, StringComparison.Ordinal);
    }

    [NeedsLibraryFact(Library)]
    public void A_bomb_is_not_unpacked()
    {
        using var codec = new ZstdCodec();
        var zeros = new byte[64 << 20];
        var packed = new byte[codec.MaxCompressedLength(zeros.Length)];
        string path = Path.Combine(_folder, "bomb.mcap.zstd");
        File.WriteAllBytes(path, packed[..codec.Compress(zeros, packed)]);

        var fault = Assert.Throws<RecordingException>(() => McapIndexedReader.Open(path, _options));

        Assert.Contains("more than", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_recorder_leaves_is_read_without_metadata()
    {
        Write("run_0.mcap", ["/a"], 0, 5);
        Write("run_1.mcap", ["/a"], 5, 5);

        using var bag = McapIndexedReader.Open(_folder, _options);

        Assert.Equal("there is no metadata.yaml", bag.SummaryFault);
        Assert.Equal(Enumerable.Range(0, 10), Read(bag.ReadMessages()));
        Write("other_0.mcap", ["/a"], 5, 5);
        var fault = Assert.Throws<RecordingException>(() => McapIndexedReader.Open(_folder, _options));
        Assert.Contains("name one of the files", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_or_counted()
    {
        Write("run_0.mcap", ["/a"], 0, 5);
        Metadata("run_0.mcap", "run_1.mcap");

        Assert.Throws<RecordingException>(() => McapIndexedReader.Open(_folder, _options));
        using var bag = McapIndexedReader.Open(_folder, _options with { Recover = true });

        Assert.Contains("run_1.mcap", bag.Losses.FirstFault, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 5), Read(bag.ReadMessages()));
    }

    [Fact]
    public void Another_storage_is_named_with_the_way_out()
    {
        File.WriteAllText(
            Path.Combine(_folder, "metadata.yaml"),
            "rosbag2_bagfile_information:\n  storage_identifier: sqlite3\n  relative_file_paths:\n    - run_0.db3\n");

        var fault = Assert.Throws<RecordingException>(() => McapIndexedReader.Open(_folder, _options));

        Assert.Contains("'sqlite3'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("ros2 bag convert", fault.Message, StringComparison.Ordinal);
    }

    private static List<int> Read(McapMessageReader messages)
    {
        var numbers = new List<int>();
        foreach (McapMessage message in messages)
        {
            Assert.Equal((int)message.LogTime, int.Parse(message.Data, CultureInfo.InvariantCulture));
            numbers.Add((int)message.LogTime);
        }

        return numbers;
    }

    /// <summary>Writes messages that hold their time, on the topics in turn.</summary>
    private void Write(string name, string[] topics, int from, int count, int step = 1, ZstdCodec? pack = null)
    {
        using var writer = McapWriter.Create(
            Path.Combine(_folder, name), new McapWriterOptions { Profile = "ros2", ChunkBytes = 1024 }, true);
        ushort schema = writer.AddSchema("std_msgs/msg/String", "ros2msg", "string data\n"u8.ToArray());
        ushort[] channels = [.. topics.Select(topic =>
            writer.AddChannel(topic, "cdr", schema, new Dictionary<string, string>()))];
        for (int i = 0; i < count; i++)
        {
            int time = from + (i * step);
            byte[] data = Encoding.ASCII.GetBytes(time.ToString(CultureInfo.InvariantCulture));
            if (pack is not null)
            {
                var packed = new byte[pack.MaxCompressedLength(data.Length)];
                data = packed[..pack.Compress(data, packed)];
            }

            writer.WriteMessage(channels[time % channels.Length], 0, (ulong)time, (ulong)time, data);
        }

        writer.Finish();
    }

    private void Metadata(params string[] files) => PackedMetadata("", "", files);

    private void PackedMetadata(string format, string mode, params string[] files) => File.WriteAllText(
        Path.Combine(_folder, "metadata.yaml"),
        $"""
        rosbag2_bagfile_information:
          version: 9
          storage_identifier: mcap
          duration:
            nanoseconds: 99
          message_count: 100
          topics_with_message_count:
            - topic_metadata:
                name: /a
                type: std_msgs/msg/String
              message_count: 25
          compression_format: "{format}"
          compression_mode: "{mode}"
          relative_file_paths:
        {string.Join('\n', files.Select(file => "    - " + file))}
          files:
            - path: {files[0]}

        """);
}
