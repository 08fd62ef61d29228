using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Windowing;

namespace EdgeFusion.Predictions;

/// <summary>Turns the outputs in an arena into scores.</summary>
/// <remarks>
/// Plain scalar code in a fixed order with an exponential of our own, so that the same outputs give the same bits on
/// every machine. Where there are no scores they are NaN, so that no stale number can be taken for one. Pure; allocates
/// nothing. Hot path.
/// </remarks>
public static class PredictionDecoder
{
    /// <summary>
    /// Decodes all heads and the embedding. A NaN or infinity in any of them makes the whole answer
    /// <see cref="PredictionQuality.NotFinite"/>; what the model says for a modality that is absent is not looked at.
    /// A prediction whose quality says that there are no scores stays as it is.
    /// </summary>
    /// <param name="arena">Holds the outputs.</param>
    /// <param name="into">Receives the scores; its modality states must be filled already.</param>
    public static void Decode(TensorArena arena, Prediction into)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(into);
        if (!into.HasScores)
        {
            ClearScores(into);
        }
        else if (!DecodeAll(arena, into))
        {
            into.Quality = PredictionQuality.NotFinite;
            ClearScores(into);
        }
    }

    /// <summary>Makes every score and the embedding NaN: there is no answer.</summary>
    public static void ClearScores(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        foreach (HeadScores head in prediction.Heads)
        {
            head.Values.AsSpan().Fill(float.NaN);
            head.PerModality.AsSpan().Fill(float.NaN);
            head.Best = 0;
            head.Dissenting = 0;
            head.Divergence = 0;
        }

        prediction.Embedding.AsSpan().Fill(float.NaN);
    }

    /// <summary>Log-probability of a label by its head's logits; NaN where one is not finite.</summary>
    internal static double LogProbability(ReadOnlySpan<float> logits, double temperature, int label)
    {
        if (!Sensing.FiniteCheck.AllFinite(logits))
        {
            return double.NaN;
        }

        double largest = logits[IndexOfLargest(logits)];
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += StableExp.Of((logit - largest) / temperature);
        }

        return ((logits[label] - largest) / temperature) - StableLog.Of(sum);
    }

    private static bool DecodeAll(TensorArena arena, Prediction into)
    {
        for (int i = 0; i < into.Heads.Length; i++)
        {
            if (!DecodeHead(arena, i, into))
            {
                return false;
            }
        }

        if (arena.EmbeddingIndex < 0)
        {
            return true;
        }

        arena.Floats(arena.EmbeddingIndex).CopyTo(into.Embedding);
        return Sensing.FiniteCheck.AllFinite(into.Embedding);
    }

    private static bool DecodeHead(TensorArena arena, int index, Prediction into)
    {
        HeadScores scores = into.Heads[index];
        Span<float> outputs = arena.Floats(arena.HeadIndices[index]);
        if (!Convert(scores.Head, outputs, scores.Values))
        {
            return false;
        }

        // Of the outputs: two different logits can round to the same probability.
        scores.Best = IndexOfLargest(outputs);
        int own = arena.PerModalityIndices[index];
        for (int m = 0; own >= 0 && m < into.Modalities.Length; m++)
        {
            int width = scores.Values.Length;
            Span<float> row = scores.PerModality.AsSpan(m * width, width);
            if (into.Modalities[m].Presence != Presence.Present)
            {
                row.Fill(float.NaN);
            }
            else if (!Convert(scores.Head, arena.Floats(own).Slice(m * width, width), row))
            {
                return false;
            }
        }

        if (own >= 0 && scores.Head.Kind == HeadKind.Classification)
        {
            Disagreement.Measure(scores, into.Modalities);
        }

        return true;
    }

    private static bool Convert(ModelHead head, ReadOnlySpan<float> outputs, Span<float> values)
    {
        if (!Sensing.FiniteCheck.AllFinite(outputs))
        {
            return false;
        }

        if (head.Kind == HeadKind.Regression)
        {
            outputs.CopyTo(values);
            return true;
        }

        Softmax(outputs, head.Temperature, values);
        return true;
    }

    /// <summary>Softmax in double precision, relative to the largest logit, so that nothing overflows.</summary>
    private static void Softmax(ReadOnlySpan<float> logits, double temperature, Span<float> probabilities)
    {
        double largest = logits[IndexOfLargest(logits)];
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += StableExp.Of((logit - largest) / temperature);
        }

        for (int i = 0; i < logits.Length; i++)
        {
            probabilities[i] = (float)(StableExp.Of((logits[i] - largest) / temperature) / sum);
        }
    }

    private static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
