namespace EdgeFusion.Recording.Import;

/// <summary>Orders texts with their numbers by value: mat2 before mat10.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? left, string? right)
    {
        ReadOnlySpan<char> a = left;
        ReadOnlySpan<char> b = right;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            int order = char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0])
                ? CompareNumbers(ref a, ref b)
                : CompareCharacters(ref a, ref b);
            if (order != 0)
            {
                return order;
            }
        }

        // Equal up to the end of one, or equal but for leading zeros.
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(left, right);
    }

    private static int CompareCharacters(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        int order = a[0].CompareTo(b[0]);
        a = a[1..];
        b = b[1..];
        return order;
    }

    private static int CompareNumbers(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        ReadOnlySpan<char> x = TakeNumber(ref a);
        ReadOnlySpan<char> y = TakeNumber(ref b);
        return x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
    }

    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length]))
        {
            length++;
        }

        ReadOnlySpan<char> number = text[..length].TrimStart('0');
        text = text[length..];
        return number;
    }
}
