namespace EdgeFusion.Worker.Evaluation;

/// <summary>Counts answers of a classification and says how good they are.</summary>
internal sealed class ClassificationTally
{
    /// <summary>Bins of confidence of equal width, (0, 1/15], (1/15, 2/15] ...</summary>
    public const int Bins = 15;

    private readonly long[,] _confusion;
    private readonly long[] _binRight = new long[Bins];
    private readonly double[] _binConfidence = new double[Bins];

    /// <summary>A tally of a head with a number of labels.</summary>
    public ClassificationTally(int labels) => _confusion = new long[labels, labels];

    /// <summary>Answers taken.</summary>
    public long Count { get; private set; }

    /// <summary>Share of right answers.</summary>
    public double Accuracy
    {
        get
        {
            long right = 0;
            for (int i = 0; i < _confusion.GetLength(0); i++)
            {
                right += _confusion[i, i];
            }

            return (double)right / Count;
        }
    }

    /// <summary>Mean over the labels that occur, as truth or as answer, of 2 TP / (2 TP + FP + FN).</summary>
    public double MacroF1
    {
        get
        {
            int labels = _confusion.GetLength(0);
            int occurring = 0;
            double sum = 0;
            for (int i = 0; i < labels; i++)
            {
                long mentioned = 0;
                for (int other = 0; other < labels; other++)
                {
                    mentioned += _confusion[i, other] + _confusion[other, i];
                }

                // Row and column both count the true positives: mentioned = 2 TP + FN + FP.
                occurring += mentioned > 0 ? 1 : 0;
                sum += mentioned > 0 ? 2.0 * _confusion[i, i] / mentioned : 0;
            }

            return sum / occurring;
        }
    }

    /// <summary>Expected calibration error: mean over the answers of |share right - mean confidence| of their
    /// bin.</summary>
    public double CalibrationError
    {
        get
        {
            double sum = 0;
            for (int bin = 0; bin < Bins; bin++)
            {
                sum += Math.Abs(_binRight[bin] - _binConfidence[bin]);
            }

            return sum / Count;
        }
    }

    /// <summary>Takes an answer.</summary>
    /// <param name="truth">Index of the true label.</param>
    /// <param name="answer">Index of the label answered.</param>
    /// <param name="confidence">Its probability.</param>
    public void Add(int truth, int answer, double confidence)
    {
        int bin = Math.Clamp((int)Math.Ceiling(confidence * Bins) - 1, 0, Bins - 1);
        _confusion[truth, answer]++;
        _binRight[bin] += truth == answer ? 1 : 0;
        _binConfidence[bin] += confidence;
        Count++;
    }
}
