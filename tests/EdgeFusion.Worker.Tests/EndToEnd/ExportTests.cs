using System.Buffers.Binary;
using System.Text.Json;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Parquet;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>Recordings as files of other programs, and with labels merged in.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [NeedsLibraryFact("libturbojpeg.so.0")]
    public async Task Every_sample_is_in_the_files_of_its_sensor()
    {
        await SimulateAsync();

        (int code, string output, string error) = await CommandRun.RunAsync(
            "export", _scratch["cell.mcap"], "--to", _scratch["out"]);

        Assert.True(code == 0, output + error);
        string[] wrist = await File.ReadAllLinesAsync(_scratch["out/wrist.csv"]);
        Assert.Equal("capture_ns,arrival_ns,fx,fy,fz,tx,ty,tz", wrist[0]);
        using (RecordingFeed feed = Recordings.OpenFeed(_scratch["cell.mcap"]))
        {
            ulong count = feed.File.Statistics!.ChannelMessageCounts[
                feed.File.Channels.Values.Single(c => c.Topic == "/wrist").Id];
            Assert.Equal(count, (ulong)wrist.Length - 1);
        }

        byte[] wav = await File.ReadAllBytesAsync(_scratch["out/microphone.wav"]);
        Assert.Equal(16_000u, BinaryPrimitives.ReadUInt32LittleEndian(wav.AsSpan(24)));
        Assert.Equal((uint)wav.Length - 44, BinaryPrimitives.ReadUInt32LittleEndian(wav.AsSpan(40)));
        int frames = File.ReadLines(_scratch["out/camera/frames.csv"]).Count() - 1;
        Assert.Equal(frames, Directory.GetFiles(_scratch["out/camera"], "*.jpg").Length);
        Assert.True(frames > 100);
    }

    [NeedsVideoFact]
    public async Task A_camera_becomes_a_video_and_comes_back_from_it()
    {
        await SimulateAsync();

        await GoodAsync("export", _scratch["cell.mcap"], "--to", _scratch["out"], "--frames", "mp4");
        await GoodAsync(
            "import", "--video", _scratch["out/camera.mp4"], "--fps", "30", "--to", _scratch["back.mcap"]);

        using RecordingFeed before = Recordings.OpenFeed(_scratch["cell.mcap"]);
        using RecordingFeed after = Recordings.OpenFeed(_scratch["back.mcap"]);
        before.Select(before.Sensors.ToList().FindIndex(sensor => sensor.Name == "camera"));
        Assert.Equal(before.Sensors.Single(sensor => sensor.Name == "camera").Layout, after.Sensors[0].Layout);
        int bytes = after.Sensors[0].Layout.MaxSampleBytes;
        byte[] recorded = new byte[bytes];
        byte[] decoded = new byte[bytes];
        Assert.True(before.TryAdvance(out _, out _) && after.TryAdvance(out _, out _));
        before.Fill(recorded);
        after.Fill(decoded);
        Assert.InRange(recorded.Zip(decoded, (a, b) => Math.Abs(a - b)).Average(), 0, 12);
        Assert.InRange(after.DurationSeconds, before.DurationSeconds - 0.5, before.DurationSeconds + 0.5);
    }

    [NeedsVideoFact]
    public async Task Recordings_become_episodes_that_other_readers_read()
    {
        await SimulateAsync();

        await GoodAsync(
            "export", _scratch["cell.mcap"], _scratch["cell.mcap"], "--to", _scratch["set"], "--format", "lerobot",
            "--fps", "20", "--task", "sort the parts");

        using JsonDocument info = JsonDocument.Parse(await File.ReadAllTextAsync(_scratch["set/meta/info.json"]));
        long frames = info.RootElement.GetProperty("total_frames").GetInt64();
        Assert.Equal("v2.1", info.RootElement.GetProperty("codebase_version").GetString());
        Assert.Equal(2, info.RootElement.GetProperty("total_episodes").GetInt32());
        Assert.Equal(2, File.ReadLines(_scratch["set/meta/episodes_stats.jsonl"]).Count());
        Assert.Contains("sort the parts", await File.ReadAllTextAsync(_scratch["set/meta/tasks.jsonl"]),
            StringComparison.Ordinal);
        Assert.True(File.Exists(_scratch["set/videos/chunk-000/observation.images.camera/episode_000001.mp4"]));
        if (ParquetReader.Obstacle() is null)
        {
            using JsonDocument rows = ParquetReader.Read(_scratch["set/data/chunk-000/episode_000001.parquet"]);
            JsonElement[] all = [.. rows.RootElement.EnumerateArray()];
            Assert.Equal(frames, 2 * all.Length);
            JsonElement last = all[^1];
            Assert.Equal(frames - 1, last.GetProperty("index").GetInt64());
            Assert.Equal(1, last.GetProperty("episode_index").GetInt64());
            Assert.Equal((all.Length - 1) / 20.0, last.GetProperty("timestamp").GetDouble(), 1e-3);
            Assert.All(all, row => Assert.Equal(21, row.GetProperty("observation.state").GetArrayLength()));
            Assert.All(all, row => Assert.Equal(6, row.GetProperty("observation.wrist").GetArrayLength()));
            AssertHeld(all[10].GetProperty("observation.wrist"), all[10].GetProperty("timestamp").GetDouble());
        }
    }

    /// <summary>A row has the newest sample captured until its instant.</summary>
    private void AssertHeld(JsonElement row, double seconds)
    {
        using RecordingFeed feed = Recordings.OpenFeed(_scratch["cell.mcap"]);
        var first = new Dictionary<int, long>();
        var wrist = new List<(long Capture, float Value)>();
        int index = feed.Sensors.ToList().FindIndex(sensor => sensor.Name == "wrist");
        byte[] payload = new byte[feed.Sensors.Max(sensor => sensor.Layout.MaxSampleBytes)];
        while (feed.TryAdvance(out int sensor, out Sensing.SampleHeader header))
        {
            first.TryAdd(sensor, header.Capture.Nanoseconds);
            feed.Fill(payload.AsSpan(0, header.Length));
            if (sensor == index)
            {
                wrist.Add((header.Capture.Nanoseconds, BitConverter.ToSingle(payload)));
            }
        }

        int microphone = feed.Sensors.ToList().FindIndex(sensor => sensor.Name == "microphone");
        long at = first.Where(entry => entry.Key != microphone).Max(entry => entry.Value)
            + (long)Math.Round(seconds * 1e9);
        Assert.Equal(wrist.Last(sample => sample.Capture <= at).Value, row[0].GetSingle());
    }

    private static async Task GoodAsync(params string[] args)
    {
        (int code, string output, string error) = await CommandRun.RunAsync(args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: exit code {code}\n{output}\n{error}");
    }

    [Fact]
    public async Task Labels_are_merged_and_the_rest_stays_as_it_was()
    {
        await SimulateAsync();
        await File.WriteAllTextAsync(
            _scratch["labels.csv"], "head,label,start,end\ngrip,good,1.5,3\ngrip,bad,4,5.25\n");

        (int code, _, string error) = await CommandRun.RunAsync(
            "label", _scratch["cell.mcap"], "--labels", _scratch["labels.csv"], "--to", _scratch["new.mcap"]);

        Assert.True(code == 0, error);
        using var before = McapIndexedReader.Open(_scratch["cell.mcap"], Recordings.ReadOptions());
        using var after = McapIndexedReader.Open(_scratch["new.mcap"], Recordings.ReadOptions());
        Assert.Equal(before.Statistics!.MessageCount + 2, after.Statistics!.MessageCount);
        LabelTrack labels = LabelTrack.Read(after);
        Assert.Contains("grip", labels.Heads);
        Assert.Equal(LabelTrack.Read(before).Count + 2, labels.Count);
    }

    [Fact]
    public async Task A_line_that_is_no_label_is_named()
    {
        await SimulateAsync();
        await File.WriteAllTextAsync(_scratch["labels.csv"], "grip,good,3,1\n");

        (int code, _, string error) = await CommandRun.RunAsync(
            "label", _scratch["cell.mcap"], "--labels", _scratch["labels.csv"], "--to", _scratch["new.mcap"]);

        Assert.Equal(2, code);
        Assert.Contains("labels.csv:1:", error, StringComparison.Ordinal);
    }

    private Task SimulateAsync() => CommandRun.RunAsync(
        "simulate", "--seed", "9", "--episodes", "1", "--to", _scratch["cell.mcap"]);
}
