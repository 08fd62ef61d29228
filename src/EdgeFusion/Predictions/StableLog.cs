namespace EdgeFusion.Predictions;

/// <summary>
/// Natural logarithm of x &gt; 0 from additions, multiplications and divisions only, for the reason given at
/// <see cref="StableExp"/>: the same bits on every machine.
/// </summary>
internal static class StableLog
{
    private const double Ln2 = 0.6931471805599453;
    private const double SquareRootOfTwo = 1.4142135623730951;
    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const long MantissaMask = (1L << MantissaBits) - 1;

    /// <summary>ln x; minus infinity for 0 and for what is smaller than the smallest normal double.</summary>
    public static double Of(double x)
    {
        if (x < 2.2250738585072014e-308)
        {
            return double.NegativeInfinity;
        }

        // x = 2^k m with m in [1, 2), then moved to [sqrt 1/2, sqrt 2) so that the series is short.
        long bits = BitConverter.DoubleToInt64Bits(x);
        long k = (bits >> MantissaBits) - ExponentBias;
        double m = BitConverter.Int64BitsToDouble((bits & MantissaMask) | ((long)ExponentBias << MantissaBits));
        if (m > SquareRootOfTwo)
        {
            m *= 0.5;
            k++;
        }

        // ln m = 2 (s + s^3/3 + s^5/5 ...) with s = (m - 1)/(m + 1), |s| <= 0.172; the first term left out is
        // 2 s^23/23 < 3e-19.
        double s = (m - 1) / (m + 1);
        double square = s * s;
        double series = 0;
        for (int odd = 21; odd >= 1; odd -= 2)
        {
            series = (series * square) + (1.0 / odd);
        }

        return (2 * s * series) + (k * Ln2);
    }
}
