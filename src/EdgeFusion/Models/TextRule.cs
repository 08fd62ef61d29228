using System.Buffers;

namespace EdgeFusion.Models;

/// <summary>A rule for a text in a manifest. The same rules are patterns in models/manifest.schema.json.</summary>
internal sealed class TextRule
{
    private const int MaxWord = 64;
    private const int MaxLabel = 128;
    private const int MaxDescription = 4096;
    private const int Sha256HexDigits = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> VersionDigits = SearchValues.Create("0123456789.");

    private readonly Func<string, bool> _accepts;

    private TextRule(string description, Func<string, bool> accepts)
    {
        Description = description;
        _accepts = accepts;
    }

    /// <summary>Name of a model and of its folder.</summary>
    public static TextRule ModelName { get; } = new(
        "1-64 of a-z 0-9 and dashes, not starting with a dash",
        text => text.Length is > 0 and <= MaxWord && text[0] != '-' && All(text, "-", upper: false));

    /// <summary>Name of a head; becomes part of a topic.</summary>
    public static TextRule HeadName { get; } = new(
        "1-64 of a-z 0-9 _ and dashes, starting with a letter or digit",
        text => text.Length is > 0 and <= MaxWord && text[0] is not ('-' or '_') && All(text, "-_", upper: false));

    /// <summary>A modality.</summary>
    public static TextRule Modality { get; } = new(
        "1-64 of a-z 0-9 _ and dashes, starting with a letter",
        text => text.Length is > 0 and <= MaxWord && text[0] is >= 'a' and <= 'z' && All(text, "-_", upper: false));

    /// <summary>Name of a tensor: printable ASCII without spaces.</summary>
    public static TextRule Tensor { get; } = new(
        "1-128 printable ASCII characters without spaces",
        text => text.Length is > 0 and <= MaxLabel && !text.AsSpan().ContainsAnyExceptInRange('!', '~'));

    /// <summary>A label, element or unit.</summary>
    public static TextRule Label { get; } = new(
        "1-128 printable characters",
        text => text.Length is > 0 and <= MaxLabel && PrintableText.IsClean(text));

    /// <summary>Semantic version.</summary>
    public static TextRule Version { get; } = new("a version such as 1.0.0", IsVersion);

    /// <summary>File name of the graph: no folders, no leading dot.</summary>
    public static TextRule FileName { get; } = new(
        "a plain file name ending in .onnx, without folders",
        text => text.Length is > 5 and <= MaxLabel && text.EndsWith(".onnx", StringComparison.Ordinal)
            && text[0] is not ('.' or '-') && All(text, "._-", upper: true));

    /// <summary>SHA-256 as lower-case hex.</summary>
    public static TextRule Sha256 { get; } = new(
        "64 lower-case hex digits",
        text => text.Length == Sha256HexDigits && !text.AsSpan().ContainsAnyExcept(HexDigits));

    /// <summary>Free text.</summary>
    public static TextRule FreeText { get; } = new(
        "at most 4096 characters", text => text.Length <= MaxDescription);

    /// <summary>What is expected, for messages.</summary>
    public string Description { get; }

    /// <summary>Whether a text keeps the rule.</summary>
    public bool Accepts(string text) => _accepts(text);

    private static bool All(string text, string extra, bool upper)
    {
        foreach (char letter in text)
        {
            bool plain = letter is (>= 'a' and <= 'z') or (>= '0' and <= '9');
            if (!plain && !extra.Contains(letter) && !(upper && letter is >= 'A' and <= 'Z'))
            {
                return false;
            }
        }

        return true;
    }

    // Three numbers, then optionally a dash or plus with letters, digits, dots and dashes.
    private static bool IsVersion(string text)
    {
        int end = text.AsSpan().IndexOfAnyExcept(VersionDigits);
        ReadOnlySpan<char> numbers = end < 0 ? text : text.AsSpan(0, end);
        int parts = 0;
        foreach (Range range in numbers.Split('.'))
        {
            parts++;
            if (numbers[range].IsEmpty)
            {
                return false;
            }
        }

        bool suffix = end < 0
            || (text[end] is '-' or '+' && end + 1 < text.Length && All(text[(end + 1)..], ".+-", upper: true));
        return text.Length <= MaxWord && parts == 3 && suffix;
    }
}
