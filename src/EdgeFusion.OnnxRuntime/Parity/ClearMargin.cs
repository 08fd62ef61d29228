namespace EdgeFusion.OnnxRuntime.Parity;

/// <summary>Tells a decision from a toss-up.</summary>
public static class ClearMargin
{
    /// <summary>
    /// Distance of the two largest logits, 0.1, from which on a decision counts as one: the odds are then 1.1 to 1.
    /// </summary>
    public const float Smallest = 0.1f;

    /// <summary>Index of the largest logit; the first of equals.</summary>
    /// <param name="logits">One or more.</param>
    /// <param name="margin">How far it is above the next.</param>
    public static int Best(ReadOnlySpan<float> logits, out float margin)
    {
        int best = 0;
        float second = float.NegativeInfinity;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                second = logits[best];
                best = i;
            }
            else
            {
                second = Math.Max(second, logits[i]);
            }
        }

        margin = logits[best] - second;
        return best;
    }
}
