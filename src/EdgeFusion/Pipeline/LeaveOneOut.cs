using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Pipeline;

/// <summary>
/// Explains an answer: the model runs again without each modality that was there, and what its leaving takes from the
/// log-probability of the winning label is that modality's contribution.
/// </summary>
/// <remarks>Costs one more run per present modality; on split graphs one run of the fusing graph. Stateless; allocates
/// nothing. Hot path.</remarks>
internal static class LeaveOneOut
{
    /// <summary>Explains the prediction whose outputs lie in the engine's arena.</summary>
    /// <param name="engine">The engine; its mask is as before afterwards, its outputs are not.</param>
    /// <param name="into">The decoded prediction; receives contributions and state.</param>
    /// <param name="clock">Tells the time left; null where there is no hurry.</param>
    /// <param name="latest">When the engine must be free again.</param>
    public static void Explain(IInferenceEngine engine, Prediction into, PipelineClock? clock, Timestamp latest)
    {
        into.ClearExplanation();
        if (!into.HasScores || engine.Arena.MaskIndex < 0)
        {
            return;
        }

        Span<double> whole = stackalloc double[into.Heads.Length];
        for (int head = 0; head < whole.Length; head++)
        {
            whole[head] = LogProbability(engine.Arena, into.Heads[head], head);
        }

        if (TryLeaveOut(engine, into, whole, clock, latest))
        {
            into.Explanation = ExplanationState.Done;
        }
        else
        {
            into.ClearExplanation();
        }
    }

    private static bool TryLeaveOut(
        IInferenceEngine engine, Prediction into, ReadOnlySpan<double> whole, PipelineClock? clock, Timestamp latest)
    {
        Span<float> mask = engine.Arena.Floats(engine.Arena.MaskIndex);
        long slowest = into.Times.Inferred.NanosecondsSince(into.Times.Bound);
        int present = 0;
        foreach (float entry in mask)
        {
            present += entry > 0 ? 1 : 0;
        }

        // Without its only modality the model has no answer to compare with.
        for (int m = 0; m < mask.Length && present > 1; m++)
        {
            if (mask[m] <= 0)
            {
                continue;
            }

            Timestamp begin = clock?.Now ?? latest;
            if (clock is not null && begin.AddNanoseconds(slowest) >= latest)
            {
                return false;
            }

            mask[m] = 0;
            bool answered = TryRun(engine);
            mask[m] = 1;
            if (!answered)
            {
                return false;
            }

            slowest = Math.Max(slowest, (clock?.Now ?? begin).NanosecondsSince(begin));
            for (int head = 0; head < whole.Length; head++)
            {
                double without = LogProbability(engine.Arena, into.Heads[head], head);
                into.Heads[head].Contributions[m] = (float)(whole[head] - without);
            }
        }

        return true;
    }

    // A failing engine is reported by the window's own run; here it only means that nothing is explained.
    private static bool TryRun(IInferenceEngine engine)
    {
        try
        {
            engine.RunAgain();
            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    /// <summary>Log-probability of the winning label; NaN for a regression and where a logit is not finite.</summary>
    private static double LogProbability(TensorArena arena, HeadScores scores, int head) =>
        scores.Head.Kind == HeadKind.Regression
            ? double.NaN
            : PredictionDecoder.LogProbability(
                arena.Floats(arena.HeadIndices[head]), scores.Head.Temperature, scores.Best);
}
