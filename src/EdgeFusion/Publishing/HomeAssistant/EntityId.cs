using System.Globalization;
using System.Text;

namespace EdgeFusion.Publishing.HomeAssistant;

/// <summary>Makes identifiers out of names. Pure.</summary>
internal static class EntityId
{
    /// <summary>The name in a-z A-Z 0-9 _ -; where another character had to go, with a hash of the name behind it, so
    /// that two names stay two.</summary>
    public static string From(string name)
    {
        var result = new StringBuilder(name.Length);
        bool changed = name.Length == 0;
        uint hash = 2_166_136_261;
        foreach (char letter in name)
        {
            bool legal = char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-';
            changed |= !legal;
            result.Append(legal ? letter : '_');
            hash = (hash ^ letter) * 16_777_619;
        }

        return changed
            ? result.Append('_').Append(hash.ToString("x8", CultureInfo.InvariantCulture)).ToString()
            : result.ToString();
    }
}
