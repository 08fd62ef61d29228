using EdgeFusion.Inference;
using Xunit;

namespace EdgeFusion.Testing.Inference;

/// <summary>What every engine must keep. Inherit it and create the engine on <see cref="ContractModel"/>.</summary>
public abstract class InferenceEngineContract
{
    /// <summary>The engine under test, on <see cref="ContractModel"/>.</summary>
    protected abstract IInferenceEngine Create();

    /// <summary>Largest difference from the exact answer; 0 where sums of powers of two must be exact.</summary>
    protected virtual float Tolerance => 1e-5f;

    [Fact]
    public void Answers_are_those_worked_out_by_hand()
    {
        using IInferenceEngine engine = Create();
        Fill(engine.Arena, camera: 10, microphone: 0.5f, force: 3, mask: [1, 1, 1]);

        engine.Run();

        // 10 * [1, 0.5] + 0.5 * [2, -1] + 3 * [0.25, 4] = [11.75, 16.5]
        Near([11.75f, 16.5f], engine.Arena.Floats(engine.Arena.HeadIndices[0]));
        Near([10, 5, 1, -0.5f, 0.75f, 12], engine.Arena.Floats(engine.Arena.PerModalityIndices[0]));
        Near([10, 0.5f, 3, 11], engine.Arena.Floats(engine.Arena.EmbeddingIndex));
    }

    [Fact]
    public void New_inputs_give_new_answers_without_binding_again()
    {
        using IInferenceEngine engine = Create();
        Fill(engine.Arena, camera: 10, microphone: 0.5f, force: 3, mask: [1, 1, 1]);
        engine.Run();

        Fill(engine.Arena, camera: 0, microphone: 0, force: 2, mask: [1, 1, 1]);
        engine.Run();

        Near([0.5f, 8], engine.Arena.Floats(engine.Arena.HeadIndices[0]));
    }

    [Fact]
    public void A_masked_input_cannot_leak_even_as_NaN()
    {
        using IInferenceEngine engine = Create();
        Fill(engine.Arena, camera: 10, microphone: float.NaN, force: float.PositiveInfinity, mask: [1, 0, 0]);

        engine.Run();

        Near([10, 5], engine.Arena.Floats(engine.Arena.HeadIndices[0]));
        Near([10, 0, 0, 10], engine.Arena.Floats(engine.Arena.EmbeddingIndex));
    }

    [Fact]
    public void Running_again_with_a_narrower_mask_answers_as_a_run_would()
    {
        using IInferenceEngine engine = Create();
        for (int left = 0; left < ContractModel.Modalities; left++)
        {
            Fill(engine.Arena, camera: 10, microphone: 0.5f, force: 3, mask: [1, 1, 1]);
            engine.Run();
            engine.Arena.Floats(engine.Arena.MaskIndex)[left] = 0;
            engine.RunAgain();
            float[] again = engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray();

            engine.Run();

            Assert.Equal(engine.Arena.Floats(engine.Arena.HeadIndices[0]).ToArray(), again);
        }
    }

    [Fact]
    public void The_same_inputs_give_the_same_bytes()
    {
        using IInferenceEngine first = Create();
        using IInferenceEngine second = Create();
        byte[] reference = Answer(first);

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(reference, Answer(first));
            Assert.Equal(reference, Answer(second));
        }
    }

    [Fact]
    public void Ten_thousand_runs_stay_within_the_allocation_budget()
    {
        using IInferenceEngine engine = Create();
        Fill(engine.Arena, camera: 10, microphone: 0.5f, force: 3, mask: [1, 1, 1]);
        for (int i = 0; i < 100; i++)
        {
            engine.Run();
        }

        const int Runs = 10_000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Runs; i++)
        {
            engine.Run();
            engine.RunAgain();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Allocations.AssertNone(Runs, allocated);
    }

    [Fact]
    public void It_says_what_it_runs_and_on_what()
    {
        using IInferenceEngine engine = Create();

        Assert.Equal(ContractModel.Manifest.Name, engine.Manifest.Name);
        Assert.Equal(ContractModel.Modalities, engine.Arena.InputCount);
        Assert.NotEmpty(engine.Info.Provider);
        Assert.NotEmpty(engine.Info.Device);
        Assert.Contains(engine.Info.Precision, (string[])["fp32", "fp16", "int8"]);
    }

    [Fact]
    public void Inputs_are_zero_and_unmasked_before_the_first_window()
    {
        using IInferenceEngine engine = Create();

        for (int slot = 0; slot < engine.Arena.FirstOutput; slot++)
        {
            Assert.Equal(-1, engine.Arena.Bytes(slot).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void After_dispose_a_run_is_refused_and_a_second_dispose_is_harmless()
    {
        IInferenceEngine engine = Create();
        engine.Dispose();

        engine.Dispose();

        Assert.Throws<ObjectDisposedException>(engine.Run);
    }

    private static byte[] Answer(IInferenceEngine engine)
    {
        TensorArena arena = engine.Arena;
        for (int slot = 0; slot < arena.InputCount; slot++)
        {
            Span<byte> bytes = arena.Bytes(slot);
            for (int i = 0; i < bytes.Length; i++)
            {
                // Exponent bytes stay between 0x30 and 0x3F: floats of many sizes, none of them infinite.
                bytes[i] = (byte)(i % 4 == 3 ? 0x30 + (i / 4 % 16) : (i * 37) + slot);
            }
        }

        arena.Floats(arena.MaskIndex).Fill(1);
        engine.Run();
        var answer = new List<byte>();
        for (int slot = arena.FirstOutput; slot < arena.Slots.Length; slot++)
        {
            answer.AddRange(arena.Bytes(slot));
        }

        return [.. answer];
    }

    private static void Fill(TensorArena arena, byte camera, float microphone, float force, float[] mask)
    {
        arena.Bytes(0).Fill(camera);
        arena.Floats(1).Fill(microphone);
        arena.Floats(2).Fill(force);
        mask.CopyTo(arena.Floats(arena.MaskIndex));
    }

    private void Near(float[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - Tolerance, expected[i] + Tolerance);
        }
    }
}
