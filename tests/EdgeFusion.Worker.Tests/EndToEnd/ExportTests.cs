using System.Buffers.Binary;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing;
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
