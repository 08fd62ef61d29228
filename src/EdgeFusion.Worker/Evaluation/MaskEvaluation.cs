using EdgeFusion.Models;

namespace EdgeFusion.Worker.Evaluation;

/// <summary>All that one subset of sensors answered.</summary>
internal sealed class MaskEvaluation
{
    public MaskEvaluation(ModelManifest manifest, EvaluationMask mask)
    {
        Mask = mask;
        Windows = [.. manifest.Heads.Select(head => new ClassificationTally(head.Labels.Length))];
        Pools = [.. manifest.Heads.Select(head => new PooledAnswers(head.Labels.Length))];
        Values = [.. manifest.Heads.Select(
            head => head.Labels.Select(_ => new RegressionTally()).ToArray())];
    }

    public EvaluationMask Mask { get; }

    /// <summary>Per head, window by window.</summary>
    public ClassificationTally[] Windows { get; }

    /// <summary>Per head, object by object.</summary>
    public PooledAnswers[] Pools { get; }

    /// <summary>Per head and value, for regressions.</summary>
    public RegressionTally[][] Values { get; }

    /// <summary>Window by window among the windows with some other label: (head, label's head, label).</summary>
    public SortedDictionary<(int Head, string By, string Label), ClassificationTally> Parts { get; } = [];

    /// <summary>Labelled windows without an answer: no sensor of this subset was there, or the answer was not
    /// finite.</summary>
    public long Unanswered { get; set; }

    /// <summary>Windows on which the decisions of another engine were compared.</summary>
    public long Compared { get; set; }

    /// <summary>Those on which all classifications decide the same.</summary>
    public long Equal { get; set; }

    /// <summary>Takes the answer of a head to a window.</summary>
    /// <param name="head">Index of the head.</param>
    /// <param name="truth">Index of the true label.</param>
    /// <param name="probabilities">The answer.</param>
    /// <param name="best">Index of the largest.</param>
    /// <param name="pool">Object or trial of the window.</param>
    /// <param name="others">The window's labels of heads that the model does not answer.</param>
    public void Add(
        int head, int truth, ReadOnlySpan<float> probabilities, int best, string pool,
        List<(string Head, string Label)> others)
    {
        Windows[head].Add(truth, best, probabilities[best]);
        Pools[head].Add(pool, truth, probabilities);
        foreach ((string by, string label) in others)
        {
            if (!Parts.TryGetValue((head, by, label), out ClassificationTally? part))
            {
                Parts.Add((head, by, label), part = new ClassificationTally(probabilities.Length));
            }

            part.Add(truth, best, probabilities[best]);
        }
    }
}
