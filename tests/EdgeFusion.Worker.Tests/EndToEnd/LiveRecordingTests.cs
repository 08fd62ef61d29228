using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Testing.Mcap;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Live;
using EdgeFusion.Worker.Tests.House;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeFusion.Worker.Tests.EndToEnd;

/// <summary>A live run recorded to a folder and to a black box.</summary>
public sealed class LiveRecordingTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public LiveRecordingTests() =>
        Environment.SetEnvironmentVariable("EDGEFUSION_MODELS", Path.Combine(Repository.Root, "models"));

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_run_leaves_files_that_follow_each_other_and_a_black_box()
    {
        WorkerOptions options = Options(_scratch["runs"], _scratch["boxes"]);
        using (var session = new LiveSession(options, new LogObserver(NullLogger.Instance)))
        {
            var collected = new CollectingSink(session.Pipeline.Manifest);
            session.Pipeline.AddSink(collected);
            session.Start();
            collected.WaitFor(20, TimeSpan.FromSeconds(60));
            Assert.True(session.TriggerBlackBox("a test"));
            collected.WaitFor(35, TimeSpan.FromSeconds(60));
        }

        string[] parts = [.. Directory.GetFiles(_scratch["runs"]).Order(StringComparer.Ordinal)];
        string box = Assert.Single(Directory.GetFiles(_scratch["boxes"]));
        Assert.True(parts.Length >= 2, $"only {parts.Length} files");
        long next = 0;
        foreach (string part in parts)
        {
            using var file = McapIndexedReader.Open(part, Recordings.ReadOptions());
            Assert.Null(file.SummaryFault);
            Assert.Contains(file.Metadata, m => m.Name == RecordingTopics.ConfigurationName);
            Assert.Contains(file.Metadata, m => m.Name == RecordingTopics.ModelName);
            if (OtherReader.Obstacle() is null)
            {
                Assert.Equal(OtherReader.ReadOurs(part, Recordings.ReadOptions()), OtherReader.Read(part));
            }

            foreach (McapMessage message in file.ReadMessages(new McapMessageFilter { Topics = ["/wrist"] }))
            {
                Assert.Equal(next++, message.Sequence);
            }
        }

        Assert.True(next > 500);
        using var written = McapIndexedReader.Open(box, Recordings.ReadOptions());
        Assert.Contains(written.Channels.Values, c => c.Topic == RecordingTopics.Triggers);
        Assert.Contains(written.Channels.Values, c => c.Topic == RecordingTopics.Health);
        Assert.InRange((written.EndTime - written.StartTime) / 1e9 ?? 0, 0.8, 2.5);
    }

    [Fact]
    public void A_rule_on_a_label_that_the_model_lacks_is_a_sentence()
    {
        WorkerOptions options = Options("", _scratch["boxes"]);
        options = options with
        {
            Recording = options.Recording with
            {
                BlackBox = options.Recording.BlackBox with { Rules = ["nohead=x:0.5:0"] },
            },
        };

        var fault = Assert.Throws<ConfigurationException>(
            () => new LiveSession(options, new LogObserver(NullLogger.Instance)));

        Assert.Contains("has no head 'nohead'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passwords_in_addresses_do_not_reach_a_recording()
    {
        var options = new WorkerOptions
        {
            Sensors = { ["camera"] = new() { Settings = { ["Uri"] = "rtsp://admin:s3cret@10.0.0.7/live" } } },
        };

        string json = RunFacts.Json(options);

        Assert.DoesNotContain("s3cret", json, StringComparison.Ordinal);
        Assert.Contains("rtsp://***@10.0.0.7/live", json, StringComparison.Ordinal);
    }

    internal static WorkerOptions Options(string folder, string boxes) => new()
    {
        Node = "test",
        Model = new ModelOptions { Name = "workcell", Providers = ["cpu"] },
        Mqtt = new MqttOptions { Adapter = "none" },
        Recording = new RecordingOptions
        {
            Folder = folder,
            SplitSeconds = 1,
            MinFreePercent = 0,
            HealthSeconds = 0.2,
            BlackBox = new BlackBoxSettings { Folder = boxes, BeforeSeconds = 0.5, AfterSeconds = 0.5 },
        },
        Simulator = new SimulatorOptions { Seed = 3 },
        Sensors = new[] { "camera", "microphone", "wrist", "arm" }
            .ToDictionary(name => name, _ => new SensorOptions { Adapter = "simulator" }),
    };
}
