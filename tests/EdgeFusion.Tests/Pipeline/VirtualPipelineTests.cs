using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Pipeline;

public sealed class VirtualPipelineTests : IDisposable
{
    private static readonly ModelManifest Model = Manifest(
        VectorInput(100), VectorInput(50, width: 3, rateHz: 50, modality: "joints"));

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Every_window_of_healthy_sensors_is_settled_and_full()
    {
        Result result = Run(Feed());

        // The feed ends at 10 s; the windows that end there or later find silent sensors.
        Assert.Equal(0, result.Pipeline.DeadlineWindows);
        Assert.All(
            result.Predictions.Where(p => p.End < At(10_000)),
            p => Assert.Equal(PredictionQuality.Full, p.Quality));
        Assert.Equal(
            Enumerable.Range(0, result.Predictions.Count).Select(i => (long)i),
            result.Predictions.Select(p => p.Window));
    }

    [Fact]
    public void A_sensor_that_falls_silent_costs_no_window_and_is_masked()
    {
        Result result = Run(Feed(mute: (3_000, 8_000)));

        Assert.Equal(Run(Feed()).Predictions.Count, result.Predictions.Count);
        Snapshot during = result.Predictions.Single(p => p.End == At(5_000));
        Assert.Equal(Presence.Present, during.First);
        Assert.Equal(Presence.Stale, during.Second);
        Assert.Equal(PredictionQuality.Degraded, during.Quality);
        Assert.Equal(PredictionQuality.Full, result.Predictions.Single(p => p.End == At(9_500)).Quality);
    }

    [Fact]
    public void Samples_that_come_after_the_deadline_are_not_waited_for()
    {
        Result result = Run(Feed(lateMs: 90));

        Assert.True(result.Pipeline.DeadlineWindows > 20);
        Assert.All(
            result.Predictions.Where(p => p.Outcome == CutOutcome.Deadline),
            p => Assert.Equal(50_000_000, p.Cut.NanosecondsSince(p.End)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Any_number_of_lanes_gives_the_same_bytes_in_the_same_order(int lanes)
    {
        string[] one = Run(Feed(lateMs: 90, mute: (2_000, 3_000))).Lines;

        string[] many = Run(Feed(lateMs: 90, mute: (2_000, 3_000)), lanes).Lines;

        Assert.Equal(one, many);
    }

    [Fact]
    public void Recorded_decisions_are_repeated_even_where_arrival_stamps_would_say_otherwise()
    {
        ListFeed live = Feed(lateMs: 90, mute: (2_000, 3_000));
        Result original = Run(live, record: true);
        using RecordingFeed feed = RecordingFeed.Open(_file, new RecordingFeedOptions());
        using RecordingCuts cuts = RecordingCuts.TryOpen(_file, Model, McapReadOptions.Default, out _)!;

        Result replayed = Replay(new EarlyFeed(feed), cuts);

        Assert.Equal(original.Lines, replayed.Lines);
        Assert.Equal(0, replayed.Pipeline.IncompleteCuts);
        Assert.NotEqual(original.Lines, Run(new EarlyFeed(live.Again())).Lines);
    }

    [Fact]
    public void A_gap_of_hours_is_passed_over_and_counted()
    {
        var feed = new ListFeed(Vector(), Vector("joints", 3, 50));
        feed.Add(0, 0, 0, 1, 1);
        feed.Add(0, 7_200_000, 7_200_000, 1, 1);

        Result result = Run(feed);

        Assert.True(result.Pipeline.IdleWindows > 71_900);
        Assert.True(result.Predictions.Count < 60);
        Assert.Equal(2, result.Pipeline.Gate(0).Count(SampleRejection.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Ten_thousand_windows_allocate_nothing_from_capture_to_prediction(int explainEvery)
    {
        var engine = new SumEngine(Model);
        var feed = new EndlessFeed();
        using var pipeline = new VirtualPipeline(
            new VirtualSetup { Manifest = Model, Origin = At(0), Engines = [engine], ExplainEvery = explainEvery },
            feed.Sensors);
        feed.EndMs = 20_000;
        pipeline.RunOn(feed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long windows = pipeline.Windows;

        feed.EndMs += 1_000_000;
        pipeline.RunOn(feed);

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(pipeline.Windows - windows >= 10_000);
        Testing.Allocations.AssertNone(pipeline.Windows - windows, allocated);
        engine.Dispose();
    }

    /// <summary>Ten seconds of 100 Hz force and 50 Hz joints; joints may be late every third second, or mute.</summary>
    internal static ListFeed Feed(double lateMs = 0, (double From, double To) mute = default)
    {
        var feed = new ListFeed(Vector(), Vector("joints", 3, 50));
        for (int i = 0; i < 1_000; i++)
        {
            feed.Add(0, i * 10, (i * 10) + 1, MathF.Sin(i * 0.1f), i);
        }

        double lastArrival = 0;
        for (int i = 0; i < 500; i++)
        {
            double at = (i * 20) + 3;
            if (at < mute.From || at >= mute.To)
            {
                // A sensor's samples do not overtake each other on their way.
                double late = (int)(at / 1_000) % 3 == 1 ? lateMs : 0;
                lastArrival = Math.Max(lastArrival + 0.1, at + 2 + late);
                feed.Add(1, at, lastArrival, i, MathF.Cos(i * 0.2f), 1);
            }
        }

        return feed.Sorted();
    }

    /// <summary>Runs a feed and records its samples and decisions.</summary>
    internal static void Record(ISampleFeed feed, string file) => Run(feed, 1, file);

    private Result Run(ISampleFeed feed, int lanes = 1, bool record = false) => Run(feed, lanes, record ? _file : null);

    private static Result Run(ISampleFeed feed, int lanes, string? file)
    {
        using RecordingWriter? writer = file is not null ? Writer(feed, file) : null;
        var sink = new Collector(writer);
        using var pipeline = Build(feed, lanes, sink, out ImmutableArray<IInferenceEngine> engines);
        if (writer is not null)
        {
            feed = new RecordingTap(feed, writer);
        }

        pipeline.Run(feed);
        writer?.Finish();
        Array.ForEach([.. engines], engine => engine.Dispose());
        return new Result(pipeline, sink.Snapshots, [.. sink.Lines]);
    }

    private static Result Replay(ISampleFeed feed, RecordingCuts cuts)
    {
        var sink = new Collector(null);
        using var pipeline = Build(feed, 1, sink, out ImmutableArray<IInferenceEngine> engines);
        pipeline.Run(feed, cuts);
        Array.ForEach([.. engines], engine => engine.Dispose());
        return new Result(pipeline, sink.Snapshots, [.. sink.Lines]);
    }

    private static VirtualPipeline Build(
        ISampleFeed feed, int lanes, IPredictionSink sink, out ImmutableArray<IInferenceEngine> engines)
    {
        engines = [.. Enumerable.Range(0, lanes).Select(_ => new SumEngine(Model))];
        return new VirtualPipeline(
            new VirtualSetup { Manifest = Model, Origin = At(0), Engines = engines, Sinks = [sink] }, feed.Sensors);
    }

    private static RecordingWriter Writer(ISampleFeed feed, string file)
    {
        var writer = new RecordingWriter(
            McapWriter.Create(file, RecordingWriter.FileOptions(), overwrite: true), At(0));
        foreach (SensorInfo sensor in feed.Sensors)
        {
            writer.AddSensor(sensor, At(0));
        }

        writer.AddModel(Model);
        return writer;
    }

    private sealed record Result(VirtualPipeline Pipeline, List<Snapshot> Predictions, string[] Lines);

    private sealed record Snapshot(
        long Window, Timestamp End, Timestamp Cut, CutOutcome Outcome, PredictionQuality Quality, Presence First,
        Presence Second);

    /// <summary>Keeps predictions, and records decisions where asked.</summary>
    private sealed class Collector(RecordingWriter? writer) : IPredictionSink
    {
        private readonly PredictionFormat _format = new(
            Model, new PredictionFormatOptions { IncludeTiming = false, IncludeEngine = false });

        public List<Snapshot> Snapshots { get; } = [];

        public List<string> Lines { get; } = [];

        public string Name => "test";

        public void Write(Prediction prediction)
        {
            Snapshots.Add(new Snapshot(
                prediction.Window, prediction.End, prediction.Times.Cut, prediction.Outcome, prediction.Quality,
                prediction.Modalities[0].Presence, prediction.Modalities[1].Presence));
            var buffer = new ArrayBufferWriter<byte>();
            _format.WritePrediction(prediction, Timestamp.MinValue, buffer);
            Lines.Add(Encoding.UTF8.GetString(buffer.WrittenSpan));
            writer?.WritePrediction(prediction, default);
        }
    }

    /// <summary>Writes every sample that passes into a recording.</summary>
    private sealed class RecordingTap(ISampleFeed inner, RecordingWriter writer) : ISampleFeed
    {
        public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

        public bool TryAdvance(out int sensor, out SampleHeader header)
        {
            if (!inner.TryAdvance(out sensor, out header))
            {
                return false;
            }

            var payload = new byte[header.Length];
            inner.Fill(payload);
            writer.WriteSample(sensor, header, payload);
            return true;
        }

        public void Fill(Span<byte> payload) => inner.Fill(payload);

        public void Dispose()
        {
        }
    }

    /// <summary>Lets every sample arrive when it was captured: what a replay must not be misled by.</summary>
    private sealed class EarlyFeed(ISampleFeed inner) : ISampleFeed
    {
        public IReadOnlyList<SensorInfo> Sensors => inner.Sensors;

        public bool TryAdvance(out int sensor, out SampleHeader header)
        {
            bool more = inner.TryAdvance(out sensor, out header);
            header.Arrival = header.Capture;
            return more;
        }

        public void Fill(Span<byte> payload) => inner.Fill(payload);

        public void Dispose()
        {
        }
    }

    /// <summary>The two sensors without end and without allocation.</summary>
    private sealed class EndlessFeed : ISampleFeed
    {
        private long _tick = -1;

        public IReadOnlyList<SensorInfo> Sensors { get; } = [Vector(), Vector("joints", 3, 50)];

        public long EndMs { get; set; }

        public bool TryAdvance(out int sensor, out SampleHeader header)
        {
            // Per 20 ms: force, force, joints.
            long next = _tick + 1;
            long block = next / 3;
            int part = (int)(next % 3);
            sensor = part == 2 ? 1 : 0;
            double at = (block * 20) + (part == 1 ? 10 : part == 2 ? 11 : 0);
            header = new SampleHeader { Capture = At(at), Arrival = At(at), Length = sensor == 0 ? 8 : 12 };
            if (at >= EndMs)
            {
                return false;
            }

            _tick = next;
            return true;
        }

        public void Fill(Span<byte> payload) => payload.Fill((byte)(_tick & 0x3F));

        public void Dispose()
        {
        }
    }
}
