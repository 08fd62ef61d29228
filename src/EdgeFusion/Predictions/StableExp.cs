namespace EdgeFusion.Predictions;

/// <summary>
/// e to the power of x for x &lt;= 0, from additions and multiplications only. The library function's last bit depends
/// on the C library and the processor; these operations are exact to the letter of IEEE 754 everywhere, so that a
/// replay on another machine gives the same bytes from the same logits.
/// </summary>
internal static class StableExp
{
    private const double Log2E = 1.4426950408889634;

    // ln 2 in two parts: the high one ends in 21 zero bits, so that k times it is exact for |k| < 2^21.
    private const double Ln2High = 0.6931471803691238;
    private const double Ln2Low = 1.9082149292705877e-10;

    // Below this the result is less than the smallest normal double, and no float holds it.
    private const double Smallest = -708;

    private const int ExponentBias = 1023;
    private const int MantissaBits = 52;

    /// <summary>e^x; 0 for x below -708. Defined for finite x &lt;= 0.</summary>
    public static double Of(double x)
    {
        if (x < Smallest)
        {
            return 0;
        }

        // x = k ln 2 + r with |r| <= ln 2 / 2, so e^x = 2^k e^r.
        double k = Math.Floor((x * Log2E) + 0.5);
        double r = x - (k * Ln2High) - (k * Ln2Low);

        // The series of e^r to r^13 / 13!, from the smallest term up. The first term left out is below 5e-18.
        double series = 1.0 / 6227020800;
        series = (series * r) + (1.0 / 479001600);
        series = (series * r) + (1.0 / 39916800);
        series = (series * r) + (1.0 / 3628800);
        series = (series * r) + (1.0 / 362880);
        series = (series * r) + (1.0 / 40320);
        series = (series * r) + (1.0 / 5040);
        series = (series * r) + (1.0 / 720);
        series = (series * r) + (1.0 / 120);
        series = (series * r) + (1.0 / 24);
        series = (series * r) + (1.0 / 6);
        series = (series * r) + (1.0 / 2);
        double power = 1 + r + (r * r * series);
        return power * BitConverter.Int64BitsToDouble((long)(k + ExponentBias) << MantissaBits);
    }
}
