using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Inference;
using EdgeFusion.Time;
using EdgeFusion.Windowing;
using Xunit;

namespace EdgeFusion.Tests.Pipeline;

public sealed class LeaveOneOutTests
{
    private static readonly Timestamp Start = new(1_000_000_000);

    [Fact]
    public void Contributions_are_the_changes_of_the_log_probability_of_the_winner()
    {
        using var engine = new ContractModelEngine();
        Prediction prediction = Answer(engine, camera: 2, microphone: 1, force: 0.5f, mask: [1, 1, 1]);

        LeaveOneOut.Explain(engine, prediction, null, Start);

        // All: 2 [1, .5] + 1 [2, -1] + .5 [.25, 4] = [4.125, 2]: "light" by 2.125.
        // Without the camera [2.125, 1], the microphone [2.125, 3], the force [4, 0].
        Assert.Equal(ExplanationState.Done, prediction.Explanation);
        Assert.Equal("light", prediction.Heads[0].BestLabel);
        double all = LogSigmoid(2.125);
        double[] expected = [all - LogSigmoid(1.125), all - LogSigmoid(-0.875), all - LogSigmoid(4)];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i], prediction.Heads[0].Contributions[i], 6);
        }
    }

    [Fact]
    public void The_mask_is_as_before_afterwards()
    {
        using var engine = new ContractModelEngine();
        Prediction prediction = Answer(engine, 2, 1, 0.5f, [1, 0, 1]);

        LeaveOneOut.Explain(engine, prediction, null, Start);

        Assert.Equal([1, 0, 1], engine.Arena.Floats(engine.Arena.MaskIndex).ToArray());
        Assert.True(float.IsNaN(prediction.Heads[0].Contributions[1]));
        Assert.False(float.IsNaN(prediction.Heads[0].Contributions[2]));
    }

    [Fact]
    public void An_only_modality_has_no_contribution()
    {
        using var engine = new ContractModelEngine();
        Prediction prediction = Answer(engine, 2, 1, 0.5f, [0, 1, 0]);

        LeaveOneOut.Explain(engine, prediction, null, Start);

        Assert.Equal(ExplanationState.Done, prediction.Explanation);
        Assert.All(prediction.Heads[0].Contributions, value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [InlineData(2_500_000, false)]
    [InlineData(3_500_000, true)]
    public void It_gives_up_where_the_time_left_might_not_do(long left, bool explained)
    {
        // Each run takes a millisecond, as the window's own did.
        var time = new ManualTimeProvider();
        var clock = new PipelineClock(time);
        using var inner = new ContractModelEngine();
        using var engine = new SlowEngine(inner, () => time.Advance(TimeSpan.FromMilliseconds(1)));
        Prediction prediction = Answer(inner, 2, 1, 0.5f, [1, 1, 1]);
        prediction.Times.Inferred = prediction.Times.Bound.AddNanoseconds(1_000_000);

        LeaveOneOut.Explain(engine, prediction, clock, clock.Now.AddNanoseconds(left));

        Assert.Equal(explained ? ExplanationState.Done : ExplanationState.Skipped, prediction.Explanation);
        Assert.Equal(explained ? 3 : 2, engine.Again);
        Assert.Equal(!explained, float.IsNaN(prediction.Heads[0].Contributions[0]));
        Assert.Equal([1, 1, 1], inner.Arena.Floats(inner.Arena.MaskIndex).ToArray());
    }

    [Fact]
    public void A_failing_engine_explains_nothing_and_harms_nothing()
    {
        using var inner = new ContractModelEngine();
        using var engine = new SlowEngine(inner, () => throw new ModelException("gone"));
        Prediction prediction = Answer(inner, 2, 1, 0.5f, [1, 1, 1]);

        LeaveOneOut.Explain(engine, prediction, null, Start);

        Assert.Equal(ExplanationState.Skipped, prediction.Explanation);
        Assert.Equal([1, 1, 1], inner.Arena.Floats(inner.Arena.MaskIndex).ToArray());
    }

    [Fact]
    public void Modalities_that_say_the_same_do_not_disagree()
    {
        using var engine = new ContractModelEngine();

        HeadScores scores = Answer(engine, 0, 0, 0, [1, 1, 1]).Heads[0];

        Assert.Equal((0, 0f), (scores.Dissenting, scores.Divergence));
    }

    [Fact]
    public void Modalities_that_are_sure_of_different_labels_disagree_as_far_as_they_can()
    {
        using var engine = new ContractModelEngine();

        // Microphone says light by 600, force says heavy by 375: two distributions without overlap.
        HeadScores scores = Answer(engine, 0, 200, 100, [0, 1, 1]).Heads[0];

        Assert.Equal("light", scores.BestLabel);
        Assert.Equal(1, scores.Dissenting);
        Assert.Equal(1, scores.Divergence, 6);
    }

    [Fact]
    public void The_logarithm_agrees_with_the_library()
    {
        double worst = 0;
        for (double x = 1e-300; x < 1e300; x *= 1.37)
        {
            double expected = Math.Log(x);
            worst = Math.Max(worst, Math.Abs(StableLog.Of(x) - expected) / Math.Max(1, Math.Abs(expected)));
        }

        Assert.InRange(worst, 0, 4e-16);
        Assert.Equal(0, StableLog.Of(1));
        Assert.Equal(double.NegativeInfinity, StableLog.Of(0));
    }

    private static double LogSigmoid(double x) => -Math.Log(1 + Math.Exp(-x));

    private static Prediction Answer(
        ContractModelEngine engine, byte camera, float microphone, float force, float[] mask)
    {
        TensorArena arena = engine.Arena;
        arena.Bytes(0).Fill(camera);
        arena.Floats(1).Fill(microphone);
        arena.Floats(2).Fill(force);
        mask.CopyTo(arena.Floats(arena.MaskIndex));
        var prediction = new Prediction(engine.Manifest) { Explanation = ExplanationState.Done };
        for (int i = 0; i < mask.Length; i++)
        {
            prediction.Modalities[i].Presence = mask[i] > 0 ? Presence.Present : Presence.Missing;
        }

        engine.Run();
        PredictionDecoder.Decode(arena, prediction);
        return prediction;
    }

    private sealed class SlowEngine(ContractModelEngine inner, Action onRun) : IInferenceEngine
    {
        public int Again { get; private set; }

        public ModelManifest Manifest => inner.Manifest;

        public EngineInfo Info => inner.Info;

        public TensorArena Arena => inner.Arena;

        public void Run() => inner.Run();

        public void RunAgain()
        {
            Again++;
            onRun();
            inner.Run();
        }

        public void Dispose()
        {
        }
    }
}
