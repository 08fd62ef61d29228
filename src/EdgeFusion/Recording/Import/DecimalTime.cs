using System.Globalization;

namespace EdgeFusion.Recording.Import;

/// <summary>
/// Reads times as whole nanoseconds. Text is read digit by digit, because a double keeps only about 200 ns of the
/// present epoch's seconds.
/// </summary>
internal static class DecimalTime
{
    /// <summary>Reads "1581072857.821469996"; digits below a nanosecond are dropped.</summary>
    /// <returns>False where it is not a number or too large for 64 bits of nanoseconds.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, TimeUnit unit, out long nanoseconds)
    {
        nanoseconds = 0;
        text = text.Trim();
        if (text.IndexOfAny('e', 'E') >= 0)
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && TryConvert(value, unit, out nanoseconds);
        }

        bool isNegative = text.Length > 0 && text[0] == '-';
        text = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<char> fraction = point < 0 ? default : text[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || !TryAppend(whole, ref nanoseconds))
        {
            return false;
        }

        for (int digit = 0; digit < (int)unit; digit++)
        {
            ReadOnlySpan<char> next = digit < fraction.Length ? fraction.Slice(digit, 1) : "0";
            if (!TryAppend(next, ref nanoseconds))
            {
                return false;
            }
        }

        nanoseconds = isNegative ? -nanoseconds : nanoseconds;
        return fraction.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>Converts a floating-point time, whole units and the rest apart to lose as little as possible.</summary>
    /// <returns>False where it is not finite or too large for 64 bits of nanoseconds.</returns>
    public static bool TryConvert(double value, TimeUnit unit, out long nanoseconds)
    {
        long perUnit = NanosecondsPer(unit);
        nanoseconds = 0;
        double whole = Math.Floor(value);
        if (!(Math.Abs(whole) < long.MaxValue / perUnit))
        {
            return false;
        }

        nanoseconds = ((long)whole * perUnit) + (long)Math.Round((value - whole) * perUnit);
        return true;
    }

    /// <summary>Converts an integer time.</summary>
    /// <returns>False where it is too large for 64 bits of nanoseconds.</returns>
    public static bool TryConvert(long value, TimeUnit unit, out long nanoseconds)
    {
        long perUnit = NanosecondsPer(unit);
        nanoseconds = unchecked(value * perUnit);
        return value <= long.MaxValue / perUnit && value >= long.MinValue / perUnit;
    }

    private static long NanosecondsPer(TimeUnit unit)
    {
        long per = 1;
        for (int i = 0; i < (int)unit; i++)
        {
            per *= 10;
        }

        return per;
    }

    private static bool TryAppend(ReadOnlySpan<char> digits, ref long value)
    {
        foreach (char digit in digits)
        {
            if (!char.IsAsciiDigit(digit) || value > (long.MaxValue - 9) / 10)
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
