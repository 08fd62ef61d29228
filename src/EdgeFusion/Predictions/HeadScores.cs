using EdgeFusion.Models;

namespace EdgeFusion.Predictions;

/// <summary>Scores of one head.</summary>
public sealed class HeadScores
{
    internal HeadScores(ModelHead head, int modalities)
    {
        Head = head;
        Values = new float[head.Labels.Length];
        PerModality = new float[head.PerModalityTensor is null ? 0 : modalities * head.Labels.Length];
        Contributions = new float[modalities];
        Contributions.AsSpan().Fill(float.NaN);
    }

    /// <summary>The head.</summary>
    public ModelHead Head { get; internal set; }

    /// <summary>Probabilities (classification, sum 1) or values (regression), one per label.</summary>
    public float[] Values { get; }

    /// <summary>
    /// The same from each modality alone, [modality][label] row by row; a modality that is not present has NaN. Empty
    /// where the model has no such output.
    /// </summary>
    public float[] PerModality { get; }

    /// <summary>Index of the largest value; the first of equals.</summary>
    public int Best { get; set; }

    /// <summary>Label of the largest value.</summary>
    public string BestLabel => Head.Labels[Best];

    /// <summary>
    /// Classification, where the prediction is explained: by how much the log-probability of the best label falls when
    /// a modality is left out, per modality. Positive = it speaks for the label. NaN where it is not present or the
    /// only one.
    /// </summary>
    public float[] Contributions { get; }

    /// <summary>Classification with per-modality answers: number of present modalities whose own best label is another
    /// one.</summary>
    public int Dissenting { get; set; }

    /// <summary>
    /// Classification with per-modality answers: Jensen-Shannon divergence of the present modalities' own
    /// probabilities, as a part of the largest possible: 0 = all agree, 1 = each is sure of another label.
    /// </summary>
    public float Divergence { get; set; }

    internal void CopyFrom(HeadScores other)
    {
        Head = other.Head;
        other.Values.AsSpan().CopyTo(Values);
        other.PerModality.AsSpan().CopyTo(PerModality);
        other.Contributions.AsSpan().CopyTo(Contributions);
        Best = other.Best;
        Dissenting = other.Dissenting;
        Divergence = other.Divergence;
    }
}
