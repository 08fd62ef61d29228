namespace EdgeFusion.Simulator.Numerics;

/// <summary>
/// Elementary functions built from + - * / and square root only. IEEE 754 rounds those exactly, so every machine gives
/// the same bits; the functions of <see cref="Math"/> come from the platform's C library and differ in the last one.
/// </summary>
internal static class PortableMath
{
    private const double TwoOverPi = 0.63661977236758134308;

    // Pi/2 in two parts (Cody and Waite): the high part has trailing zeros, so k * high is exact for |k| < 2^20.
    private const double HalfPiHigh = 1.57079632673412561417;
    private const double HalfPiLow = 6.07710050650619224932e-11;
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Sqrt2 = 1.41421356237309504880;

    /// <summary>Sine and cosine of an angle in rad, |angle| below 10^6; error below 10^-14.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        double turns = Math.Floor((angle * TwoOverPi) + 0.5);
        double r = (angle - (turns * HalfPiHigh)) - (turns * HalfPiLow);
        double z = r * r;

        // Taylor series up to r^13 and r^14: at |r| = pi/4 the next term is below 2e-14.
        double sine = r * (1 + (z * (-1.0 / 6 + (z * (1.0 / 120 + (z * (-1.0 / 5040 + (z * (1.0 / 362880
            + (z * (-1.0 / 39916800 + (z * (1.0 / 6227020800)))))))))))));
        double cosine = 1 + (z * (-0.5 + (z * (1.0 / 24 + (z * (-1.0 / 720 + (z * (1.0 / 40320
            + (z * (-1.0 / 3628800 + (z * (1.0 / 479001600 - (z * (1.0 / 87178291200))))))))))))));
        return ((long)turns & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }

    /// <summary>Sine of an angle in rad.</summary>
    public static double Sin(double angle) => SinCos(angle).Sin;

    /// <summary>Cosine of an angle in rad.</summary>
    public static double Cos(double angle) => SinCos(angle).Cos;

    /// <summary>e to the power of <paramref name="x"/>, |x| below 700; relative error below 10^-14.</summary>
    public static double Exp(double x)
    {
        double k = Math.Floor((x / (Ln2High + Ln2Low)) + 0.5);
        double r = (x - (k * Ln2High)) - (k * Ln2Low);
        double sum = 1;
        for (int n = 13; n >= 1; n--)
        {
            sum = 1 + (sum * r / n);
        }

        return sum * BitConverter.Int64BitsToDouble((1023 + (long)k) << 52);
    }

    /// <summary>Natural logarithm of a positive normal number; error below 10^-14.</summary>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        long exponent = ((bits >> 52) & 0x7FF) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | (1023L << 52));
        if (mantissa > Sqrt2)
        {
            mantissa /= 2;
            exponent++;
        }

        // ln m = 2 artanh((m - 1) / (m + 1)); the argument is at most 0.172, so eleven terms suffice.
        double s = (mantissa - 1) / (mantissa + 1);
        double z = s * s;
        double sum = 0;
        for (int n = 21; n >= 1; n -= 2)
        {
            sum = (sum * z) + (1.0 / n);
        }

        return (exponent * Ln2High) + ((exponent * Ln2Low) + (2 * s * sum));
    }

    /// <summary>Positive base to any power.</summary>
    public static double Pow(double x, double power) => Exp(power * Log(x));

    /// <summary>Angle of the point (x, y), -pi..pi; error below 10^-12.</summary>
    public static double Atan2(double y, double x)
    {
        if (x == 0 && y == 0)
        {
            return 0;
        }

        // Half-angle: tan(a/2) = y / (x + r). Two further halvings bring the argument below 0.2.
        double r = Math.Sqrt((x * x) + (y * y));
        if (x < 0)
        {
            double rest = Atan2(y, -x);
            return (y < 0 ? -Math.PI : Math.PI) - rest;
        }

        double t = y / (x + r);
        t /= 1 + Math.Sqrt(1 + (t * t));
        t /= 1 + Math.Sqrt(1 + (t * t));
        double z = t * t;
        double sum = 0;
        for (int n = 17; n >= 1; n -= 2)
        {
            sum = (1.0 / n) - (sum * z);
        }

        return 8 * t * sum;
    }

    /// <summary>Arc cosine of a value in -1..1.</summary>
    public static double Acos(double c) => Atan2(Math.Sqrt(Math.Max(0, 1 - (c * c))), c);
}
