namespace EdgeFusion.Worker.Evaluation;

/// <summary>Errors of one value of a regression.</summary>
internal sealed class RegressionTally
{
    private double _absolute;
    private double _squared;

    /// <summary>Answers taken.</summary>
    public long Count { get; private set; }

    /// <summary>Mean absolute error, in the value's unit.</summary>
    public double MeanAbsolute => _absolute / Count;

    /// <summary>Root of the mean squared error, in the value's unit.</summary>
    public double RootMeanSquare => Math.Sqrt(_squared / Count);

    /// <summary>Takes an answer.</summary>
    public void Add(double truth, double answer)
    {
        double error = answer - truth;
        _absolute += Math.Abs(error);
        _squared += error * error;
        Count++;
    }
}
