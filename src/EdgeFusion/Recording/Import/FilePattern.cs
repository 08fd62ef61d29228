using System.Text;
using System.Text.RegularExpressions;

namespace EdgeFusion.Recording.Import;

/// <summary>A file name with placeholders, e.g. "mat{material}/mat{material}_{sample}_bio.csv".</summary>
internal sealed class FilePattern
{
    /// <summary>Far more than any file name takes; stops a pattern that backtracks without end.</summary>
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    /// <param name="pattern">The name.</param>
    /// <param name="known">Placeholders with these names are replaced; null = none.</param>
    public FilePattern(string pattern, Segment? known = null)
    {
        var text = new StringBuilder("^");
        var free = new List<string>();
        int at = 0;
        for (int open = pattern.IndexOf('{'); open >= 0; open = pattern.IndexOf('{', at))
        {
            int close = pattern.IndexOf('}', open);
            string name = close < 0 ? "" : pattern[(open + 1)..close];
            text.Append(Regex.Escape(pattern[at..open]));
            if (known?.Value(name) is { } value)
            {
                text.Append(Regex.Escape(value));
            }
            else if (free.Contains(name))
            {
                text.Append($@"\k<{name}>");
            }
            else
            {
                CheckName(pattern, name);
                free.Add(name);
                text.Append($"(?<{name}>[^/]+?)");
            }

            at = close + 1;
        }

        text.Append(Regex.Escape(pattern[at..])).Append('$');
        Names = free;
        _regex = new Regex(text.ToString(), RegexOptions.CultureInvariant, MatchTimeout);
    }

    /// <summary>The free placeholders in the order of their first use.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Matches a path.</summary>
    /// <returns>The texts of <see cref="Names"/>, or null.</returns>
    public string[]? Match(string path)
    {
        Match match = _regex.Match(path);
        if (!match.Success)
        {
            return null;
        }

        string[] values = new string[Names.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = match.Groups[Names[i]].Value;
        }

        return values;
    }

    private static void CheckName(string pattern, string name)
    {
        bool isName = name.Length > 0 && char.IsAsciiLetter(name[0]);
        foreach (char c in name)
        {
            isName &= char.IsAsciiLetterOrDigit(c) || c == '_';
        }

        if (!isName)
        {
            throw ImportFault.Map($"'{pattern}'", $"'{name}' is not a placeholder name (letters, digits, _)");
        }
    }
}
