using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using static EdgeFusion.Tests.Windowing.TestSensors;

namespace EdgeFusion.Tests.Pipeline;

public sealed class ShadowModelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PipelineClock _clock = new(TimeProvider.System);

    [Fact]
    public void A_candidate_that_says_the_same_never_disagrees()
    {
        ModelManifest manifest = Manifest(VectorInput(100));
        using var live = new FixedEngine(manifest, 1);
        using var shadow = new ShadowModel(new FixedEngine(manifest, 1), manifest, _clock);
        shadow.Start();

        Offer(shadow, live, 20);

        Assert.Equal(0, shadow.Disagreeing);
    }

    [Fact]
    public void A_disagreement_is_told_with_both_answers()
    {
        ModelManifest manifest = Manifest(VectorInput(100));
        var told = new System.Collections.Concurrent.ConcurrentQueue<(string, string)>();
        using var live = new FixedEngine(manifest, 1);
        using var shadow = new ShadowModel(
            new FixedEngine(manifest, -1), manifest, _clock,
            (now, candidate) => told.Enqueue((now.Heads[0].BestLabel, candidate.Heads[0].BestLabel)));
        shadow.Start();

        Offer(shadow, live, 3);

        Assert.InRange(shadow.Disagreeing, 2, shadow.Compared);
        Assert.Equal(("a", "b"), told.First());
    }

    [Fact]
    public void A_slow_candidate_skips_windows_and_never_holds_up_the_caller()
    {
        ModelManifest manifest = Manifest(VectorInput(100));
        using var gate = new ManualResetEventSlim();
        using var live = new FixedEngine(manifest, 1);
        using var shadow = new ShadowModel(new FixedEngine(manifest, 1, gate), manifest, _clock);
        shadow.Start();
        Prediction prediction = Answer(live);

        for (int i = 0; i < 100; i++)
        {
            shadow.Offer(live.Arena, prediction);
        }

        Assert.Equal((0, 99), (shadow.Compared, shadow.Skipped));
        gate.Set();
        Assert.True(SpinWait.SpinUntil(() => shadow.Compared == 1, Patience));
    }

    [Fact]
    public void A_candidate_with_other_windows_is_refused()
    {
        ModelManifest manifest = Manifest(VectorInput(100));
        using var other = new FixedEngine(Manifest(VectorInput(50)), 1);

        Assert.Throws<ConfigurationException>(() => new ShadowModel(other, manifest, _clock));
    }

    private static void Offer(ShadowModel shadow, FixedEngine live, int count)
    {
        Prediction prediction = Answer(live);
        for (int i = 1; i <= count; i++)
        {
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    shadow.Offer(live.Arena, prediction);
                    return shadow.Compared >= i;
                },
                Patience));
        }

        Assert.True(shadow.Compared >= count);
    }

    private static Prediction Answer(FixedEngine live)
    {
        live.Run();
        var prediction = new Prediction(live.Manifest) { Quality = PredictionQuality.Full };
        PredictionDecoder.Decode(live.Arena, prediction);
        return prediction;
    }

    /// <summary>Says "a" for a positive number and "b" for a negative one, when its gate is open.</summary>
    private sealed class FixedEngine(ModelManifest manifest, float value, ManualResetEventSlim? gate = null)
        : IInferenceEngine
    {
        public ModelManifest Manifest { get; } = manifest;

        public EngineInfo Info { get; } = new("fake", "cpu", "fp32", null);

        public TensorArena Arena { get; } = new(manifest);

        public void Run()
        {
            gate?.Wait();
            Span<float> logits = Arena.Floats(Arena.HeadIndices[0]);
            logits[0] = value;
            logits[1] = -value;
        }

        public void Dispose() => Arena.Dispose();
    }
}
