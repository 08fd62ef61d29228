using System.Globalization;
using System.Text;

namespace EdgeFusion.Publishing;

/// <summary>Makes topic segments out of names that people chose.</summary>
public static class TopicName
{
    /// <summary>Longest segment in characters; longer names are cut.</summary>
    public const int MaxSegment = 64;

    /// <summary>
    /// The name as one topic segment: every character with a meaning in topics (+ # / and a leading $), every control,
    /// format (bidirectional overrides), separator and surrogate character becomes an underscore; an empty name does
    /// too. Pure; a legal name comes back as it is.
    /// </summary>
    public static string Segment(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var result = new StringBuilder(Math.Min(name.Length, MaxSegment));
        foreach (char letter in name)
        {
            if (result.Length == MaxSegment)
            {
                break;
            }

            bool illegal = IsIllegal(letter) || (result.Length == 0 && letter == '$');
            result.Append(illegal ? '_' : letter);
        }

        return result.Length == 0 ? "_" : result.ToString();
    }

    /// <summary>Several segments, separated by slashes, each made legal; empty ones are left out.</summary>
    public static string Path(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 ? "_" : string.Join('/', Array.ConvertAll(parts, Segment));
    }

    /// <summary>Whether a topic is one of those that a filter describes: + stands for one segment, # at the end for
    /// any number of them. Pure.</summary>
    internal static bool Matches(string filter, string topic)
    {
        string[] wanted = filter.Split('/');
        string[] parts = topic.Split('/');
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "#")
            {
                return true;
            }

            if (i == parts.Length || (wanted[i] != "+" && wanted[i] != parts[i]))
            {
                return false;
            }
        }

        return wanted.Length == parts.Length;
    }

    /// <summary>Whether a character must not stand in a segment.</summary>
    internal static bool IsIllegal(char letter) => letter is '+' or '#' or '/'
        || char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;
}
