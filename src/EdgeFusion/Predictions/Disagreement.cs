using EdgeFusion.Windowing;

namespace EdgeFusion.Predictions;

/// <summary>How far the modalities' own answers are apart. Pure; allocates nothing. Hot path.</summary>
internal static class Disagreement
{
    /// <summary>Fills the two measures of a head from its per-modality probabilities.</summary>
    public static void Measure(HeadScores scores, ReadOnlySpan<ModalityState> modalities)
    {
        int labels = scores.Values.Length;
        int present = 0;
        int dissenting = 0;
        for (int m = 0; m < modalities.Length; m++)
        {
            if (modalities[m].Presence == Presence.Present)
            {
                present++;
                dissenting += IndexOfLargest(scores.PerModality.AsSpan(m * labels, labels)) == scores.Best ? 0 : 1;
            }
        }

        scores.Dissenting = dissenting;
        scores.Divergence = present < 2 ? 0 : (float)(Divergence(scores, modalities, present) / StableLog.Of(present));
    }

    /// <summary>Jensen-Shannon: entropy of the mean distribution minus mean entropy; 0 .. ln(present).</summary>
    private static double Divergence(HeadScores scores, ReadOnlySpan<ModalityState> modalities, int present)
    {
        int labels = scores.Values.Length;
        double divergence = 0;
        for (int label = 0; label < labels; label++)
        {
            double mean = 0;
            double own = 0;
            for (int m = 0; m < modalities.Length; m++)
            {
                if (modalities[m].Presence == Presence.Present)
                {
                    double p = scores.PerModality[(m * labels) + label];
                    mean += p / present;
                    own += PLogP(p) / present;
                }
            }

            divergence += own - PLogP(mean);
        }

        // Rounding may leave it a little below 0 where all agree.
        return Math.Max(divergence, 0);
    }

    private static double PLogP(double p) => p > 0 ? p * StableLog.Of(p) : 0;

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
