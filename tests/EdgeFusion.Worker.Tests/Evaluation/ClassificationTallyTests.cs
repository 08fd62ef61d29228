using EdgeFusion.Worker.Evaluation;

namespace EdgeFusion.Worker.Tests.Evaluation;

public sealed class ClassificationTallyTests
{
    [Fact]
    public void Accuracy_f1_and_calibration_are_those_worked_out_by_hand()
    {
        var tally = new ClassificationTally(4);
        tally.Add(truth: 0, answer: 0, confidence: 0.9);
        tally.Add(truth: 0, answer: 1, confidence: 0.9);
        tally.Add(truth: 1, answer: 1, confidence: 0.6);
        tally.Add(truth: 2, answer: 2, confidence: 1);

        Assert.Equal(0.75, tally.Accuracy);

        // F1 of 0: 2/(2+1); of 1: 2/(2+1); of 2: 1. Label 3 does not occur.
        Assert.Equal((2 / 3.0 + 2 / 3.0 + 1) / 3, tally.MacroF1, 12);

        // 0.9 is in the bin (13/15, 14/15]: one of two right; 0.6 in (8/15, 9/15]; 1 in the last.
        Assert.Equal((Math.Abs(1 - 1.8) + Math.Abs(1 - 0.6) + 0) / 4, tally.CalibrationError, 12);
    }

    [Fact]
    public void Every_confidence_has_a_bin()
    {
        var tally = new ClassificationTally(2);
        foreach (double confidence in new[] { 0, 1e-9, 1.0 / 15, 0.5, 14.0 / 15, 1, 1.0000001 })
        {
            tally.Add(0, 0, confidence);
        }

        Assert.Equal(7, tally.Count);
        Assert.InRange(tally.CalibrationError, 0, 1);
    }

    [Fact]
    public void Answers_of_one_pool_are_the_mean_of_their_log_probabilities()
    {
        var pools = new PooledAnswers(2);
        pools.Add("a", 0, [0.9f, 0.1f]);
        pools.Add("a", 0, [0.4f, 0.6f]);
        pools.Add("b", 1, [0.3f, 0.7f]);

        ClassificationTally tally = pools.Tally();

        // a: sqrt(.36) against sqrt(.06) = 0.6 : 0.2449; b: as it is. Both right.
        Assert.Equal(2, tally.Count);
        Assert.Equal(1, tally.Accuracy);
        double a = 0.6 / (0.6 + Math.Sqrt(0.06));
        Assert.Equal((1 - a + 1 - 0.7) / 2, tally.CalibrationError, 6);
    }

    [Fact]
    public void A_probability_of_zero_does_not_end_in_NaN()
    {
        var pools = new PooledAnswers(2);
        pools.Add("a", 0, [0, 1]);
        pools.Add("a", 0, [1, 0]);

        Assert.Equal(1, pools.Tally().Accuracy);
    }

    [Fact]
    public void Errors_of_a_regression_are_absolute_and_squared()
    {
        var tally = new RegressionTally();
        tally.Add(truth: 1, answer: 2);
        tally.Add(truth: 1, answer: -2);

        Assert.Equal(2, tally.MeanAbsolute);
        Assert.Equal(Math.Sqrt(5), tally.RootMeanSquare);
    }
}
