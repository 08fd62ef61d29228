using System.Collections.Immutable;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Testing;
using EdgeFusion.Testing.Inference;
using EdgeFusion.Windowing;
using Xunit;

namespace EdgeFusion.Tests.Predictions;

public sealed class PredictionDecoderTests
{
    [Fact]
    public void Softmax_gives_the_values_worked_out_by_hand()
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        Prediction prediction = Present(ContractModel.Manifest, true, true, true);
        SetOutputs(arena, [0, MathF.Log(3)], [0, 0, 0, MathF.Log(3), MathF.Log(9), 0], [1, 2, 3, 4]);

        PredictionDecoder.Decode(arena, prediction);

        Assert.Equal(PredictionQuality.Full, prediction.Quality);
        HeadScores head = prediction.Heads[0];
        Near([0.25f, 0.75f], head.Values);
        Assert.Equal("heavy", head.BestLabel);
        Near([0.5f, 0.5f, 0.25f, 0.75f, 0.9f, 0.1f], head.PerModality);
        Assert.Equal([1, 2, 3, 4], prediction.Embedding);
    }

    [Fact]
    public void A_temperature_divides_the_logits()
    {
        ModelManifest manifest = WithHead(ContractModel.Manifest.Heads[0] with { Temperature = 2 });
        using var arena = new TensorArena(manifest);
        Prediction prediction = Present(manifest, true, true, true);
        SetOutputs(arena, [0, 2 * MathF.Log(3)], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0]);

        PredictionDecoder.Decode(arena, prediction);

        Near([0.25f, 0.75f], prediction.Heads[0].Values);
    }

    [Fact]
    public void A_regression_keeps_its_values()
    {
        ModelManifest manifest = WithHead(ContractModel.Manifest.Heads[0] with { Kind = HeadKind.Regression });
        using var arena = new TensorArena(manifest);
        Prediction prediction = Present(manifest, true, true, true);
        SetOutputs(arena, [-3, 12.5f], [1, 2, 3, 4, 5, 6], [0, 0, 0, 0]);

        PredictionDecoder.Decode(arena, prediction);

        Assert.Equal([-3, 12.5f], prediction.Heads[0].Values);
        Assert.Equal([1, 2, 3, 4, 5, 6], prediction.Heads[0].PerModality);
        Assert.Equal(1, prediction.Heads[0].Best);
    }

    [Theory]
    [InlineData(3e38f, -3e38f)]
    [InlineData(1e30f, 1e30f)]
    [InlineData(-3e38f, -3e38f)]
    [InlineData(float.Epsilon, 0)]
    public void Extreme_logits_give_probabilities_that_add_up_to_one(float first, float second)
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        Prediction prediction = Present(ContractModel.Manifest, true, true, true);
        SetOutputs(arena, [first, second], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0]);

        PredictionDecoder.Decode(arena, prediction);

        Assert.Equal(PredictionQuality.Full, prediction.Quality);
        Assert.Equal(1, prediction.Heads[0].Values.Sum(), 1e-6f);
        Assert.Equal(0, prediction.Heads[0].Best);
    }

    [Fact]
    public void An_absent_modality_has_no_score_even_where_the_model_gives_one()
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        Prediction prediction = Present(ContractModel.Manifest, true, false, true);
        SetOutputs(arena, [1, 2], [1, 1, float.NaN, float.NaN, 1, 1], [0, 0, 0, 0]);

        PredictionDecoder.Decode(arena, prediction);

        Assert.Equal(PredictionQuality.Degraded, prediction.Quality);
        Near([0.5f, 0.5f, float.NaN, float.NaN, 0.5f, 0.5f], prediction.Heads[0].PerModality);
    }

    [Theory]
    [InlineData(0, float.NaN)]
    [InlineData(0, float.PositiveInfinity)]
    [InlineData(1, float.NegativeInfinity)]
    [InlineData(2, float.NaN)]
    public void One_output_that_is_not_finite_takes_all_scores_away(int output, float value)
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        Prediction prediction = Present(ContractModel.Manifest, true, true, true);
        SetOutputs(arena, [1, 2], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0]);
        arena.Floats(arena.FirstOutput + output)[^1] = value;

        PredictionDecoder.Decode(arena, prediction);

        Assert.Equal(PredictionQuality.NotFinite, prediction.Quality);
        Assert.False(prediction.HasScores);
        Assert.All(prediction.Heads[0].Values, score => Assert.True(float.IsNaN(score)));
        Assert.All(prediction.Heads[0].PerModality, score => Assert.True(float.IsNaN(score)));
        Assert.All(prediction.Embedding, score => Assert.True(float.IsNaN(score)));
    }

    [Fact]
    public void Without_any_input_there_are_no_scores_whatever_the_model_says()
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        Prediction prediction = Present(ContractModel.Manifest, false, false, false);
        SetOutputs(arena, [1, 2], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0]);

        PredictionDecoder.Decode(arena, prediction);

        Assert.Equal(PredictionQuality.NoInput, prediction.Quality);
        Assert.All(prediction.Heads[0].Values, score => Assert.True(float.IsNaN(score)));
    }

    [Fact]
    public void The_bits_of_a_softmax_are_pinned()
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        Prediction prediction = Present(ContractModel.Manifest, true, true, true);
        SetOutputs(arena, [0.1f, -0.7f], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0]);

        PredictionDecoder.Decode(arena, prediction);

        Assert.Equal(0x3F30A22B, BitConverter.SingleToInt32Bits(prediction.Heads[0].Values[0]));
        Assert.Equal(0x3E9EBBAA, BitConverter.SingleToInt32Bits(prediction.Heads[0].Values[1]));
    }

    [Fact]
    public void Ten_thousand_predictions_allocate_nothing()
    {
        using var arena = new TensorArena(ContractModel.Manifest);
        Prediction prediction = Present(ContractModel.Manifest, true, true, true);
        PredictionDecoder.Decode(arena, prediction);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            PredictionDecoder.Decode(arena, prediction);
        }

        Allocations.AssertNone(10_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ModelManifest WithHead(ModelHead head) =>
        ContractModel.Manifest with { Heads = ImmutableArray.Create(head) };

    private static Prediction Present(ModelManifest manifest, params bool[] present)
    {
        var prediction = new Prediction(manifest);
        for (int i = 0; i < present.Length; i++)
        {
            prediction.Modalities[i].Presence = present[i] ? Presence.Present : Presence.Missing;
        }

        int count = present.Count(here => here);
        prediction.Quality = count == 0 ? PredictionQuality.NoInput
            : count < present.Length ? PredictionQuality.Degraded : PredictionQuality.Full;
        return prediction;
    }

    private static void SetOutputs(TensorArena arena, float[] logits, float[] perModality, float[] embedding)
    {
        logits.CopyTo(arena.Floats(arena.HeadIndices[0]));
        perModality.CopyTo(arena.Floats(arena.PerModalityIndices[0]));
        embedding.CopyTo(arena.Floats(arena.EmbeddingIndex));
    }

    private static void Near(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                float.IsNaN(expected[i]) ? float.IsNaN(actual[i]) : MathF.Abs(expected[i] - actual[i]) < 1e-6f,
                $"[{i}]: expected {expected[i]}, found {actual[i]}");
        }
    }
}
