using System.Globalization;

namespace EdgeFusion.Worker.Configuration;

/// <summary>A rule on predictions as text: HEAD=LABEL:PROBABILITY:SECONDS.</summary>
internal sealed record RuleText(string Head, string Label, double Probability, TimeSpan Duration)
{
    private const double LongestSeconds = 3_600;

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out RuleText? rule)
    {
        rule = null;
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] parts = text[(equals + 1)..].Split(':');
        if (equals < 1 || parts.Length != 3 || parts[0].Length == 0
            || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double probability)
            || !double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            || probability is not (>= 0 and <= 1) || seconds is not (>= 0 and <= LongestSeconds))
        {
            return false;
        }

        rule = new RuleText(text[..equals], parts[0], probability, TimeSpan.FromSeconds(seconds));
        return true;
    }
}
