using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Testing.Mcap;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>A live run whose camera is recorded as H.264.</summary>
public sealed class VideoRecordingTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [NeedsH264Fact]
    public async Task Every_file_and_the_black_box_begin_with_a_frame_that_decodes()
    {
        using (var session = new LiveSession(Options(), new LogObserver(NullLogger.Instance)))
        {
            var collected = new CollectingSink(session.Pipeline.Manifest);
            session.Pipeline.AddSink(collected);
            session.Start();
            collected.WaitFor(20, TimeSpan.FromSeconds(60));
            Assert.True(session.TriggerBlackBox("a test"));
            collected.WaitFor(35, TimeSpan.FromSeconds(60));
        }

        string[] parts = [.. Directory.GetFiles(_scratch["runs"]).Order(StringComparer.Ordinal)];
        Assert.True(parts.Length >= 2, $"only {parts.Length} files");
        long next = 0;
        foreach (string part in parts.Append(Directory.GetFiles(_scratch["boxes"]).Single()))
        {
            bool isPart = part.Contains("runs", StringComparison.Ordinal);
            next = Read(part, isPart ? next : -1);
            if (OtherReader.Obstacle() is null)
            {
                Assert.Equal(OtherReader.ReadOurs(part, Recordings.ReadOptions()), OtherReader.Read(part));
            }
        }

        (int code, string output, string error) = await CommandRun.RunAsync(
            "replay", parts[0], "--model", "workcell", "--no-inference");
        Assert.True(code == 0, output + error);
        (code, output, error) = await CommandRun.RunAsync("inspect", parts[0]);
        Assert.True(code == 0, output + error);
        Assert.Contains("foxglove_msgs/msg/CompressedVideo", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_camera_that_is_not_there_is_a_sentence()
    {
        WorkerOptions options = Options();
        options = options with
        {
            Recording = options.Recording with { Frames = "raw", FramesOf = new() { ["wrist"] = "jpeg" } },
        };

        var fault = Assert.Throws<ConfigurationException>(
            () => new LiveSession(options, new LogObserver(NullLogger.Instance)));

        Assert.Contains("Recording:FramesOf:wrist: there is no camera", fault.Message, StringComparison.Ordinal);
    }

    private WorkerOptions Options()
    {
        WorkerOptions options = LiveRecordingTests.Options(_scratch["runs"], _scratch["boxes"]);
        return options with { Recording = options.Recording with { Frames = "h264", H264Kbps = 500 } };
    }

    /// <summary>Reads the camera of a file, in which no frame may be missing but what gaps say.</summary>
    private static long Read(string path, long next)
    {
        using RecordingFeed feed = Recordings.OpenFeed(path);
        int camera = feed.Sensors.ToList().FindIndex(sensor => sensor.Layout is FrameLayout);
        Assert.True(camera >= 0, string.Join("; ", feed.Skipped));
        bool hasGaps = feed.File.Channels.Values.Any(channel => channel.Topic == RecordingTopics.Gaps);
        feed.Select(camera);
        int frames = 0;
        while (feed.TryAdvance(out _, out SampleHeader header))
        {
            Assert.True(next < 0 || hasGaps || header.Sequence == next, $"{header.Sequence} and not {next}");
            next = next < 0 ? next : header.Sequence + 1;
            frames++;
        }

        Assert.True(frames > 5, $"{frames} frames in {path}");
        Assert.Equal(0, feed.DecodeFailures[camera]);
        return next;
    }
}
