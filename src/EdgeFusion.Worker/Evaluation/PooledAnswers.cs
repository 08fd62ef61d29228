namespace EdgeFusion.Worker.Evaluation;

/// <summary>
/// Answers to the windows of one object (or one trial with it) taken together: the mean of their log-probabilities.
/// </summary>
internal sealed class PooledAnswers(int labels)
{
    // Far below any probability that a float holds apart from 0; keeps the logarithm finite.
    private const double Smallest = 1e-30;

    private readonly Dictionary<(string Pool, int Truth), double[]> _sums = [];
    private readonly Dictionary<(string Pool, int Truth), int> _counts = [];

    /// <summary>Takes the answer to one window.</summary>
    public void Add(string pool, int truth, ReadOnlySpan<float> probabilities)
    {
        if (!_sums.TryGetValue((pool, truth), out double[]? sums))
        {
            _sums.Add((pool, truth), sums = new double[labels]);
        }

        for (int i = 0; i < labels; i++)
        {
            sums[i] += Math.Log(Math.Max(probabilities[i], Smallest));
        }

        _counts[(pool, truth)] = _counts.GetValueOrDefault((pool, truth)) + 1;
    }

    /// <summary>One answer per pool.</summary>
    public ClassificationTally Tally()
    {
        var tally = new ClassificationTally(labels);
        foreach (((string pool, int truth), double[] sums) in _sums)
        {
            int count = _counts[(pool, truth)];
            int best = 0;
            for (int i = 1; i < labels; i++)
            {
                best = sums[i] > sums[best] ? i : best;
            }

            // The mean of log-probabilities is none itself: softmax makes it one.
            double total = 0;
            foreach (double sum in sums)
            {
                total += Math.Exp((sum - sums[best]) / count);
            }

            tally.Add(truth, best, 1 / total);
        }

        return tally;
    }
}
