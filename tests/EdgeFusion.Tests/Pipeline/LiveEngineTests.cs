using System.Globalization;
using EdgeFusion.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Testing;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Pipeline;

/// <summary>The change of the model between two windows.</summary>
public sealed class LiveEngineTests : IDisposable
{
    private static readonly ModelManifest Old = Manifest(VectorInput(100));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Changes _changes = new();
    private readonly FusionStage _stage = new(null, new PipelineClock(TimeProvider.System), new StageMeter(), 0);
    private readonly Prediction _prediction = new(Old);
    private readonly Answering _old = new(Old, 1);
    private readonly LiveEngine _live;

    public LiveEngineTests()
    {
        var inputs = System.Collections.Immutable.ImmutableArray.Create(new BoundInput(Old.Inputs[0], null, 0));
        _live = new LiveEngine(
            Old, _old, new WindowAligner(new WindowGrid(At(0), Old.Window), inputs, skipWhenBehind: true),
            new TensorBinder(inputs, Old.Window), encodeEarly: true, _changes);
    }

    public void Dispose() => _live.Dispose();

    [Fact]
    public void A_new_model_answers_from_the_next_window_on_and_the_old_one_goes_after_the_probation()
    {
        var candidate = new Answering(Version("2.0.0"), -1);
        Assert.Equal("a", Window());

        _live.Offer(candidate, new SwapOptions { ProbationWindows = 3 });

        Assert.Same(_old, _live.Engine);
        Assert.Equal(["b", "b"], [Window(), Window()]);
        Assert.Equal(("2.0.0", true, false), (_prediction.Manifest.Version, _live.IsChanging, _old.Disposed));
        Assert.Equal("b", Window());
        Assert.False(_live.IsChanging);
        Assert.True(SpinWait.SpinUntil(() => _old.Disposed, Patience));
        Assert.Equal(["1.0.0 -> 2.0.0"], _changes.Seen);
    }

    [Fact]
    public void A_failing_model_loses_no_window_and_the_old_one_is_back_after_three_failures()
    {
        var candidate = new Answering(Version("2.0.0"), -1) { FailsFrom = 2 };
        _live.Offer(candidate, new SwapOptions { ProbationWindows = 50, MostFailures = 3 });

        string[] answers = [Window(), Window(), Window(), Window(), Window(), Window()];

        Assert.Equal(["b", "b", "a", "a", "a", "a"], answers);
        Assert.Same(_old, _live.Engine);
        Assert.Equal("1.0.0", _prediction.Manifest.Version);
        Assert.True(SpinWait.SpinUntil(() => candidate.Disposed, Patience));
        Assert.Equal(
            ["1.0.0 -> 2.0.0", "2.0.0 -> 1.0.0: it failed on 3 windows, the last time because out of memory"],
            _changes.Seen);
        _live.Offer(new Answering(Version("3.0.0"), -1), new SwapOptions());
        Assert.Equal("b", Window());
    }

    [Fact]
    public void Answers_that_are_not_finite_count_as_failures()
    {
        _live.Offer(new Answering(Version("2.0.0"), float.NaN), new SwapOptions { MostFailures = 1 });

        Assert.Equal("a", Window());
        Assert.Same(_old, _live.Engine);
        Assert.Contains("not finite", _changes.Seen[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_that_neither_model_can_answer_is_not_held_against_the_new_one()
    {
        var candidate = new Answering(Version("2.0.0"), float.NaN);
        _old.Value = float.NaN;
        _live.Offer(candidate, new SwapOptions { MostFailures = 1 });

        Window();
        Window();

        Assert.Equal(PredictionQuality.NotFinite, _prediction.Quality);
        Assert.Same(candidate, _live.Engine);
    }

    [Fact]
    public void A_window_without_any_sensor_is_no_proof_either_way()
    {
        _live.Offer(new Answering(Version("2.0.0"), -1), new SwapOptions { ProbationWindows = 1 });

        Window(PredictionQuality.NoInput);

        Assert.True(_live.IsChanging);
    }

    [Fact]
    public void A_model_with_another_signature_is_refused_with_every_difference()
    {
        ModelManifest other = Manifest(VectorInput(100, width: 3)) with
        {
            Heads = [Old.Heads[0] with { Labels = ["a", "c"] }],
            Mask = null,
            Embedding = new EmbeddingOutput("e", 4),
            Context = [new ContextInput("tool", "t", ["hand"])],
        };
        using var candidate = new Answering(other, 1);

        ConfigurationException fault = Assert.Throws<ConfigurationException>(
            () => _live.Offer(candidate, new SwapOptions()));

        foreach (string part in new[] { "input 'force'", "no mask", "context", "head 'h'", "embedding has 4" })
        {
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        }

        using var slower = new Answering(Old with { Window = new WindowShape(2_000_000_000, 1, 1) }, 1);
        Assert.Throws<ConfigurationException>(() => _live.Offer(slower, new SwapOptions()));
        Assert.Equal("a", Window());
        Assert.Empty(_changes.Seen);
    }

    [Fact]
    public void A_second_change_waits_for_the_end_of_the_first_ones_probation()
    {
        using var second = new Answering(Version("3.0.0"), -1);
        _live.Offer(new Answering(Version("2.0.0"), -1), new SwapOptions { ProbationWindows = 2 });

        Assert.Throws<ConfigurationException>(() => _live.Offer(second, new SwapOptions()));
        Window();
        Assert.Throws<ConfigurationException>(() => _live.Offer(second, new SwapOptions()));
        Window();

        _live.Offer(second, new SwapOptions());
    }

    [Fact]
    public void Every_window_has_one_answer_however_often_models_change_and_fail()
    {
        int answered = 0;
        for (int i = 0; i < 2_000; i++)
        {
            if (!_live.IsChanging)
            {
                var next = new Answering(Version(i.ToString(CultureInfo.InvariantCulture)), -1)
                {
                    FailsFrom = i % 3 == 0 ? 2 : int.MaxValue,
                };
                _live.Offer(next, new SwapOptions { ProbationWindows = 5, MostFailures = 2 });
            }

            answered += Window() is "a" or "b" && _prediction.HasScores ? 1 : 0;
        }

        Assert.Equal(2_000, answered);
        Assert.InRange(_changes.Seen.Count, 400, 1_000);
    }

    [Fact]
    public void A_window_without_a_change_allocates_nothing()
    {
        _live.Offer(new Answering(Version("2.0.0"), -1), new SwapOptions { ProbationWindows = 1_000_000 });
        Window();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 5_000; i++)
        {
            Window();
        }

        Allocations.AssertNone(5_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ModelManifest Version(string version) => Manifest(VectorInput(100)) with { Version = version };

    private string Window(PredictionQuality quality = PredictionQuality.Full)
    {
        _live.TakeNext();
        _prediction.AnswerBy(_live.Manifest);
        _prediction.Quality = quality;
        Assert.Null(_live.Answer(_stage, _prediction));
        return _prediction.Heads[0].BestLabel;
    }

    /// <summary>Says "a" for a positive value and "b" for a negative one, as long as it works.</summary>
    private sealed class Answering(ModelManifest manifest, float value) : IInferenceEngine
    {
        private int _runs;

        public float Value { get; set; } = value;

        public int FailsFrom { get; init; } = int.MaxValue;

        public bool Disposed { get; private set; }

        public ModelManifest Manifest => manifest;

        public EngineInfo Info { get; } = new("fake", "cpu", "fp32", null);

        public TensorArena Arena { get; } = new(manifest);

        public void Run()
        {
            if (_runs++ >= FailsFrom)
            {
                throw new ModelException("out of memory");
            }

            Span<float> logits = Arena.Floats(Arena.HeadIndices[0]);
            logits[0] = Value;
            logits[1] = -Value;
        }

        public void Dispose()
        {
            Arena.Dispose();
            Disposed = true;
        }
    }

    private sealed class Changes : IPipelineObserver
    {
        public List<string> Seen { get; } = [];

        public void ModelChanged(ModelManifest from, ModelManifest to, string? reason) =>
            Seen.Add($"{from.Version} -> {to.Version}{(reason is null ? "" : ": " + reason)}");

        public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason)
        {
        }

        public void SkippingChanged(bool skipping, long skippedSoFar)
        {
        }

        public void EngineChanged(string? failure)
        {
        }

        public void SinkChanged(string sink, string? problem)
        {
        }
    }
}
