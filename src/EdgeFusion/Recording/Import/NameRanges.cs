using System.Collections.Immutable;
using System.Globalization;

namespace EdgeFusion.Recording.Import;

/// <summary>Names written as a range: "pac1..pac22" is pac1, pac2 ... pac22, and "h_00..h_63" keeps its
/// zeros.</summary>
internal static class NameRanges
{
    private const int MostNames = SampleLimits.VectorElements;

    /// <summary>Expands ranges; every other name stays as it is.</summary>
    public static ImmutableArray<string> Expand(ImmutableArray<string> names)
    {
        ImmutableArray<string>.Builder all = ImmutableArray.CreateBuilder<string>();
        foreach (string name in names)
        {
            int dots = name.IndexOf("..", StringComparison.Ordinal);
            if (dots < 0 || !TryExpand(name.AsSpan(0, dots), name.AsSpan(dots + 2), all))
            {
                all.Add(name);
            }
        }

        return all.ToImmutable();
    }

    private static bool TryExpand(ReadOnlySpan<char> first, ReadOnlySpan<char> last, ImmutableArray<string>.Builder all)
    {
        ReadOnlySpan<char> prefix = first.TrimEnd("0123456789");
        if (!last.StartsWith(prefix)
            || !int.TryParse(first[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int from)
            || !int.TryParse(last[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int to)
            || to < from || to - from >= MostNames)
        {
            return false;
        }

        // "00" keeps two digits; "1" grows as it needs.
        int digits = first.Length - prefix.Length;
        for (int number = from; number <= to; number++)
        {
            string text = number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
            all.Add(string.Concat(prefix, text));
        }

        return true;
    }
}
