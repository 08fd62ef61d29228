using System.Globalization;

namespace EdgeFusion.Models;

/// <summary>
/// Text from a file made fit for a message: control characters and invisible direction marks must not reach a
/// terminal or a log, and one name must not fill a screen.
/// </summary>
internal static class PrintableText
{
    private const int MaxLength = 80;

    public static string Clean(string text)
    {
        string part = text.Length <= MaxLength ? text : text[..MaxLength] + "...";
        return string.Create(part.Length, part, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = IsPrintable(from[i]) ? from[i] : '?';
            }
        });
    }

    /// <summary>Whether a text has no character that <see cref="Clean"/> would replace.</summary>
    public static bool IsClean(string text)
    {
        foreach (char letter in text)
        {
            if (!IsPrintable(letter))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPrintable(char letter) => char.GetUnicodeCategory(letter)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
