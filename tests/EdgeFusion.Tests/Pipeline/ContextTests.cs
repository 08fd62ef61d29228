using System.Collections.Immutable;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using Xunit;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Pipeline;

public sealed class ContextTests : IDisposable
{
    private static readonly ModelManifest Model = Manifest(VectorInput(100)) with
    {
        Context = [new ContextInput("behaviour", "context_behaviour", ["grasp", "shake"])],
    };

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_label_at_the_middle_of_a_window_is_its_context()
    {
        LabelTrack labels = Labels(("grasp", 0, 2_000), ("shake", 2_000, 3_000), ("unheard-of", 3_000, 4_000));

        List<(double Middle, string? Label)> windows = Run(new RecordedContext(Model, labels));

        Assert.All(windows, window => Assert.Equal(
            window.Middle < 2_000 ? "grasp" : window.Middle < 3_000 ? "shake" : null, window.Label));
        Assert.Contains(windows, window => window.Middle == 2_000);
        Assert.Contains(windows, window => window.Label is null);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Any_number_of_lanes_is_told_the_same(int lanes)
    {
        var context = new RecordedContext(Model, Labels(("grasp", 0, 2_000), ("shake", 2_500, 3_100)));

        Assert.Equal(Run(context), Run(context, lanes));
    }

    [Fact]
    public void Without_a_source_all_windows_are_told_nothing()
    {
        Assert.All(Run(null), window => Assert.Null(window.Label));
    }

    [Fact]
    public void A_change_by_command_counts_from_the_next_window_on()
    {
        var source = new ContextSource(Model);
        var windows = new List<string?>();
        using var engine = new ContextEngine(Model);
        ListFeed feed = Feed(4_000);
        var sink = new Collector(prediction =>
        {
            windows.Add(LabelOf(prediction));
            Assert.Equal(LabelOf(prediction) is null ? 0 : prediction.Context[0], prediction.Heads[0].Best);
            string? next = windows.Count switch { 3 => "shake", 6 => "", _ => source.Get("behaviour") };
            source.TrySet([new("behaviour", next)]);
        });
        using var pipeline = new VirtualPipeline(
            new VirtualSetup { Manifest = Model, Origin = At(0), Engines = [engine], Sinks = [sink], Context = source },
            feed.Sensors);

        pipeline.Run(feed);

        // One lane hands a prediction out when the next window has been bound already: one window later.
        Assert.Equal([null, null, null, null, "shake", "shake", "shake", null, null], windows.Take(9));
    }

    [Fact]
    public void A_source_lists_every_fault_and_sets_nothing()
    {
        ModelManifest two = Model with { Context = [.. Model.Context, new ContextInput("tool", "t", ["hand"])] };
        var source = new ContextSource(two);

        string? faults = source.TrySet([new("behaviour", "grasp"), new("tool", "claw"), new("mood", "good")]);

        Assert.Equal(
            "tool: 'claw' is unknown; there are hand\n"
            + "mood: the model 'test' has no such context; it has behaviour, tool", faults);
        Assert.Null(source.Get("behaviour"));
        Assert.Null(source.TrySet([new("behaviour", "grasp"), new("tool", "hand")]));
        Assert.Equal(("grasp", "hand"), (source.Get("behaviour"), source.Get("tool")));
        Assert.Null(source.TrySet([new("tool", null)]));
        Assert.Equal(("grasp", null), (source.Get("behaviour"), source.Get("tool")));
    }

    [Fact]
    public void Values_set_together_are_never_seen_apart()
    {
        ModelManifest two = Model with
        {
            Context = [new ContextInput("a", "ta", ["0", "1"]), new ContextInput("b", "tb", ["0", "1"])],
        };
        var source = new ContextSource(two);
        source.TrySet([new("a", "0"), new("b", "0")]);
        using var stopping = new CancellationTokenSource();
        var setter = new Thread(() =>
        {
            for (int i = 0; !stopping.IsCancellationRequested; i++)
            {
                string value = i % 2 == 0 ? "1" : "0";
                source.TrySet([new("a", value), new("b", value)]);
            }
        });
        setter.Start();

        Span<int> labels = stackalloc int[2];
        int apart = 0;
        for (int i = 0; i < 100_000; i++)
        {
            source.Read(At(0), At(1_000), labels);
            apart += labels[0] != labels[1] ? 1 : 0;
        }

        stopping.Cancel();
        setter.Join();
        Assert.Equal(0, apart);
    }

    [Fact]
    public void A_recorded_run_repeats_its_context_and_finds_it_again_where_decisions_are_taken_afresh()
    {
        var live = new RecordedContext(Model, Labels(("grasp", 0, 1_430), ("shake", 1_430, 2_900)));
        List<(double, string?)> original = Record(live);

        using RecordingFeed feed = RecordingFeed.Open(_file, new RecordingFeedOptions());
        using RecordingCuts cuts = RecordingCuts.TryOpen(_file, Model, McapReadOptions.Default, out _)!;
        List<(double, string?)> repeated = Run(null, 1, feed, cuts);
        LabelTrack labels = LabelTrack.Read(feed.File);
        using RecordingFeed again = RecordingFeed.Open(_file, new RecordingFeedOptions());
        List<(double, string?)> afresh = Run(new RecordedContext(Model, labels), 1, again);

        Assert.Equal(original, repeated);
        Assert.Equal(original, afresh);
        Assert.Contains(original, window => window.Item2 is null);
        Assert.Equal(2, labels.Count);
    }

    private static LabelTrack Labels(params (string Label, double From, double To)[] spans)
    {
        var track = new LabelTrack();
        foreach ((string label, double from, double to) in spans)
        {
            track.Add(new LabelSpan("behaviour", label, At(from), At(to)));
        }

        return track.Sorted();
    }

    private static ListFeed Feed(int lengthMs)
    {
        var feed = new ListFeed(Vector());
        for (int at = 0; at < lengthMs; at += 10)
        {
            feed.Add(0, at, at + 1, at, 1);
        }

        return feed;
    }

    private static string? LabelOf(Prediction prediction) =>
        prediction.Context[0] < 0 ? null : Model.Context[0].Labels[prediction.Context[0]];

    private static List<(double Middle, string? Label)> Run(
        IContextSource? context, int lanes = 1, ISampleFeed? feed = null, RecordingCuts? cuts = null)
    {
        var windows = new List<(double, string?)>();
        var sink = new Collector(prediction => windows.Add(
            (prediction.Start.NanosecondsSince(At(-500)) / 1e6, LabelOf(prediction))));
        ImmutableArray<IInferenceEngine> engines =
            [.. Enumerable.Range(0, lanes).Select(_ => new ContextEngine(Model))];
        feed ??= Feed(5_000);
        using var pipeline = new VirtualPipeline(
            new VirtualSetup
            {
                Manifest = Model,
                Origin = At(0),
                Engines = engines,
                Sinks = [sink],
                Context = context,
            },
            feed.Sensors);
        if (cuts is null)
        {
            pipeline.Run(feed);
        }
        else
        {
            pipeline.Run(feed, cuts);
        }

        Array.ForEach([.. engines], engine => engine.Dispose());
        return windows;
    }

    private List<(double, string?)> Record(IContextSource context)
    {
        using var writer = new RecordingWriter(
            McapWriter.Create(_file, RecordingWriter.FileOptions(), overwrite: true), At(0));
        ListFeed feed = Feed(5_000);
        writer.AddSensor(feed.Sensors[0], At(0));
        writer.AddModel(Model);
        var windows = new List<(double, string?)>();
        using var engine = new ContextEngine(Model);
        var sink = new Collector(prediction =>
        {
            windows.Add((prediction.Start.NanosecondsSince(At(-500)) / 1e6, LabelOf(prediction)));
            writer.WritePrediction(prediction, default);
        });
        using var pipeline = new VirtualPipeline(
            new VirtualSetup
            {
                Manifest = Model,
                Origin = At(0),
                Engines = [engine],
                Sinks = [sink],
                Context = context,
            },
            feed.Sensors);
        while (feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            byte[] payload = new byte[header.Length];
            feed.Fill(payload);
            writer.WriteSample(sensor, header, payload);
        }

        pipeline.Run(feed.Again());
        writer.Finish();
        return windows;
    }

    private sealed class Collector(Action<Prediction> take) : IPredictionSink
    {
        public string Name => "test";

        public void Write(Prediction prediction) => take(prediction);
    }
}
