using System.Text;

namespace EdgeFusion.Publishing.Durable;

/// <summary>Texts read from the log as strings, each made once; a node has a handful of topics.</summary>
internal sealed class TopicNames
{
    private const int MostKnown = 1024;
    private const int LongestKnown = 256;

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKnown)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Span<char> text = stackalloc char[LongestKnown];
        ReadOnlySpan<char> letters = text[..Encoding.UTF8.GetChars(utf8, text)];
        if (_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(letters, out string? known))
        {
            return known;
        }

        string made = letters.ToString();
        if (_known.Count < MostKnown)
        {
            _known.Add(made, made);
        }

        return made;
    }
}
