using System.Globalization;

namespace EdgeFusion.Soak;

/// <summary>What one gate found.</summary>
internal sealed record Verdict
{
    private Verdict(string name, bool? isOk, string text)
    {
        Name = name;
        IsOk = isOk;
        Text = text;
    }

    /// <summary>What was measured.</summary>
    public string Name { get; }

    /// <summary>Whether the budget was kept; null where nothing could be measured.</summary>
    public bool? IsOk { get; }

    private string Text { get; }

    /// <summary>A value that must not exceed its budget.</summary>
    public static Verdict AtMost(string name, double value, double budget, string unit) =>
        new(name, value <= budget, $"{Number(value)} {unit}, budget <= {Number(budget)}");

    /// <summary>A value that must reach its budget.</summary>
    public static Verdict AtLeast(string name, double value, double budget, string unit) =>
        new(name, value >= budget, $"{Number(value)} {unit}, budget >= {Number(budget)}");

    /// <summary>Something that could not be measured here.</summary>
    public static Verdict Skipped(string name, string reason) => new(name, null, reason);

    /// <summary>The line to print.</summary>
    public override string ToString()
    {
        string mark = IsOk switch { true => "[OK]", false => "[NOT OK]", null => "[SKIPPED]" };
        return $"{mark,-10} {Name,-44} {Text}";
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
