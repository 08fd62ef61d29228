using EdgeFusion.Diagnostics;

namespace EdgeFusion.Tests.Diagnostics;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_right_to_within_a_bucket()
    {
        var histogram = new LatencyHistogram();
        for (int i = 1; i <= 100_000; i++)
        {
            histogram.Record(i * 1_000L);
        }

        Assert.Equal(100_000, histogram.Count);
        Assert.Equal(100_000_000, histogram.MaxNanoseconds);
        foreach (double fraction in new[] { 0.01, 0.5, 0.9, 0.99, 0.999 })
        {
            double exact = fraction * 100_000_000;
            Assert.InRange(histogram.PercentileNanoseconds(fraction), exact, exact * 1.033);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1L << 39)]
    public void A_single_value_is_its_own_percentile(long value)
    {
        var histogram = new LatencyHistogram();

        histogram.Record(value);

        Assert.Equal(value, histogram.PercentileNanoseconds(0.5));
    }

    [Fact]
    public void Absurd_values_are_kept_within_the_range()
    {
        var histogram = new LatencyHistogram();

        histogram.Record(-5);
        histogram.Record(long.MaxValue);

        Assert.Equal(0, histogram.PercentileNanoseconds(0.5));
        Assert.Equal((1L << 40) - 1, histogram.MaxNanoseconds);
    }
}
