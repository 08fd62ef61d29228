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
    }

    /// <summary>The head.</summary>
    public ModelHead Head { get; }

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

    internal void CopyFrom(HeadScores other)
    {
        other.Values.AsSpan().CopyTo(Values);
        other.PerModality.AsSpan().CopyTo(PerModality);
        Best = other.Best;
    }
}
