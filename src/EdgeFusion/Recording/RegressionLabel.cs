using System.Globalization;

namespace EdgeFusion.Recording;

/// <summary>Ground truth of a regression: the label's text holds its values, e.g. "1.5" or "0.1 -0.2".</summary>
public static class RegressionLabel
{
    private static readonly System.Buffers.SearchValues<char> Separators =
        System.Buffers.SearchValues.Create(" ,;\t");

    /// <summary>Reads the values of a label.</summary>
    /// <param name="label">Numbers with a decimal point, separated by spaces, commas or semicolons.</param>
    /// <param name="values">Receives them.</param>
    /// <returns>False where there are not exactly that many, or one is no finite number.</returns>
    public static bool TryParse(ReadOnlySpan<char> label, Span<float> values)
    {
        int count = 0;
        while (true)
        {
            int begin = label.IndexOfAnyExcept(Separators);
            if (begin < 0)
            {
                return count == values.Length;
            }

            label = label[begin..];
            int length = label.IndexOfAny(Separators);
            ReadOnlySpan<char> word = length < 0 ? label : label[..length];
            bool good = float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out float value);
            if (!good || !float.IsFinite(value) || count == values.Length)
            {
                return false;
            }

            values[count++] = value;
            label = label[word.Length..];
        }
    }
}
