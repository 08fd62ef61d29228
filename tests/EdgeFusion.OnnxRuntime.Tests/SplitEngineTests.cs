using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Inference;

namespace EdgeFusion.OnnxRuntime.Tests;

public sealed class SplitEngineTests : IDisposable
{
    private static readonly OnnxEngineOptions Cpu = new() { Providers = ["cpu"] };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public SplitEngineTests() => PartsModel.WriteTo(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void It_answers_as_the_whole_graph_does(float force, float arm)
    {
        ModelBundle bundle = ModelBundle.Open(_folder);
        using OnnxEngine whole = OnnxEngine.Create(bundle, Cpu);
        using SplitEngine split = SplitEngine.Create(bundle, Cpu);

        for (int number = 0; number < 20; number++)
        {
            Assert.Equal(Answer(whole, number, force, arm), Answer(split, number, force, arm));
        }
    }

    [Fact]
    public void Its_answers_are_those_worked_out_by_hand()
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);
        Fill(engine.Arena, 2, 4, 1, 1);
        engine.Arena.Floats(engine.Arena.ContextIndices[0])[1] = 1;

        engine.Run();

        // 2 [1, .5, -1, 0] + 4 [.25, 2, 0, -.5] + "pick" [0, 1, 0, 0]; 2 [1, -1] + 4 [.5, 2]
        Assert.Equal([3, 10, -2, -2], engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray());
        Assert.Equal([4, 6], engine.Arena.Floats(engine.Arena.HeadIndices[1]).ToArray());
    }

    [Fact]
    public void The_encoder_of_a_missing_modality_does_not_run_and_nothing_of_it_is_left()
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);
        Fill(engine.Arena, 2, float.NaN, 1, 1);
        engine.Run();

        Fill(engine.Arena, 2, float.NaN, 1, 0);
        engine.Run();

        Assert.Equal(1, engine.SkippedEncoderRuns);
        Assert.Equal([2, 1, -2, 0], engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray());
    }

    [Fact]
    public void Running_again_with_a_narrower_mask_needs_no_encoder_and_answers_the_same()
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);
        Fill(engine.Arena, 2, 4, 1, 1);
        engine.Run();
        engine.Arena.Floats(0).Fill(float.NaN);
        engine.Arena.Floats(engine.Arena.MaskIndex)[0] = 0;

        engine.RunAgain();

        Assert.Equal([1, 8, 0, -2], engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray());
        Assert.Equal(0, engine.SkippedEncoderRuns);
    }

    [Fact]
    public void An_input_encoded_ahead_is_not_encoded_again()
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);
        engine.Arena.Floats(0).Fill(2);
        engine.Prepare(0);
        Fill(engine.Arena, 2, 4, 1, 1);

        engine.Run();

        Assert.Equal(1, engine.PreparedEncoderRuns);
        Assert.Equal([3, 9, -2, -2], engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray());
        engine.Run();
        Assert.Equal(1, engine.PreparedEncoderRuns);
    }

    [Fact]
    public void An_input_that_changed_after_it_was_encoded_ahead_is_encoded_again()
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);
        engine.Arena.Floats(0).Fill(-5);
        engine.Prepare(0);
        Fill(engine.Arena, 2, 4, 1, 1);

        engine.Run();

        Assert.Equal(0, engine.PreparedEncoderRuns);
        Assert.Equal([3, 9, -2, -2], engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray());
    }

    [Fact]
    public void An_input_encoded_ahead_and_then_missing_leaves_nothing()
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);
        engine.Arena.Floats(0).Fill(float.NaN);
        engine.Prepare(0);
        Fill(engine.Arena, float.NaN, 4, 0, 1);

        engine.Run();

        Assert.Equal([1, 8, 0, -2], engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray());
        Assert.Equal((1, 0), (engine.SkippedEncoderRuns, engine.PreparedEncoderRuns));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Ten_thousand_runs_stay_within_the_allocation_budget(float arm)
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);
        Fill(engine.Arena, 2, 4, 1, arm);
        for (int i = 0; i < 100; i++)
        {
            engine.Run();
        }

        const int Runs = 10_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Runs; i++)
        {
            engine.Prepare(0);
            engine.Run();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Allocations.AssertNone(Runs, allocated);
    }

    [Fact]
    public void Before_the_first_window_inputs_and_mask_are_zero()
    {
        using SplitEngine engine = SplitEngine.Create(ModelBundle.Open(_folder), Cpu);

        for (int slot = 0; slot < engine.Arena.Slots.Length; slot++)
        {
            Assert.Equal(-1, engine.Arena.Bytes(slot).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void Auto_runs_split_where_the_model_is_and_whole_where_it_is_not()
    {
        string plain = Path.Combine(_folder, "plain");
        PartsModel.WriteTo(plain, split: false);
        using IInferenceEngine first = OnnxEngines.Create(ModelBundle.Open(_folder), Cpu);
        using IInferenceEngine second = OnnxEngines.Create(ModelBundle.Open(plain), Cpu);
        using IInferenceEngine third = OnnxEngines.Create(
            ModelBundle.Open(_folder), Cpu with { Graph = GraphChoice.Whole });

        ModelException fault = Assert.Throws<ModelException>(
            () => OnnxEngines.Create(ModelBundle.Open(plain), Cpu with { Graph = GraphChoice.Split }));

        Assert.IsType<SplitEngine>(first);
        Assert.IsType<OnnxEngine>(second);
        Assert.IsType<OnnxEngine>(third);
        Assert.Contains("has no split graphs", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fusion.onnx", "input 'tokens_proprioception'")]
    [InlineData("encoder_force.onnx", "input 'force': manifest says float32 [1,10,6], graph has none of that name")]
    public void Graphs_that_do_not_fit_the_manifest_are_refused(string file, string difference)
    {
        // The other encoder in its place, with a hash that is right.
        byte[] wrong = PartsModel.Encoder(1);
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(wrong));
        byte[] before = File.ReadAllBytes(Path.Combine(_folder, file));
        string old = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(before));
        string manifest = Path.Combine(_folder, "manifest.json");
        File.WriteAllBytes(Path.Combine(_folder, file), wrong);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(old, hash, StringComparison.Ordinal));

        ModelException fault = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder));

        Assert.Contains(difference, fault.Message, StringComparison.Ordinal);
        Assert.Contains(file, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fp16")]
    [InlineData("int8")]
    public void A_variant_decides_as_the_model_does(string precision)
    {
        using OnnxEngine full = OnnxEngine.Create(ModelBundle.Open(_folder), Cpu);
        using IInferenceEngine variant = OnnxEngines.Create(ModelBundle.Open(_folder, precision: precision), Cpu);
        int equal = 0;
        const int Windows = 200;

        for (int number = 0; number < Windows; number++)
        {
            float[] expected = Answer(full, number, 1, 1);
            float[] actual = Answer(variant, number, 1, 1);
            equal += Best(expected) == Best(actual) ? 1 : 0;
        }

        Assert.Equal(precision, variant.Info.Precision);
        Assert.NotEqual(full.Manifest.Sha256, variant.Manifest.Sha256);
        Assert.True(equal >= 0.995 * Windows, $"{equal} of {Windows} decisions are equal");
    }

    [Fact]
    public void A_precision_that_the_model_lacks_is_refused_with_those_it_has()
    {
        ModelException fault = Assert.Throws<ModelException>(() => ModelBundle.Open(_folder, precision: "int4"));

        Assert.Contains("'int4'; it has fp32, fp16, int8", fault.Message, StringComparison.Ordinal);
    }

    private static int Best(float[] answer) => Array.IndexOf(answer, answer[..4].Max());

    private static float[] Answer(IInferenceEngine engine, int number, float force, float arm)
    {
        var random = new Random(number);
        Fill(engine.Arena, (random.NextSingle() * 4) - 2, (random.NextSingle() * 4) - 2, force, arm);
        Span<float> context = engine.Arena.Floats(engine.Arena.ContextIndices[0]);
        context.Clear();
        if (number % 2 == 0)
        {
            context[number % context.Length] = 1;
        }

        engine.Run();
        var answer = new List<float>();
        for (int slot = engine.Arena.FirstOutput; slot < engine.Arena.Slots.Length; slot++)
        {
            answer.AddRange(engine.Arena.Floats(slot));
        }

        return [.. answer];
    }

    private static void Fill(TensorArena arena, float force, float arm, float forceMask, float armMask)
    {
        arena.Floats(0).Fill(force);
        arena.Floats(1).Fill(arm);
        arena.Floats(arena.MaskIndex)[0] = forceMask;
        arena.Floats(arena.MaskIndex)[1] = armMask;
    }
}
