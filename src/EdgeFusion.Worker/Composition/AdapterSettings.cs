using System.Globalization;

namespace EdgeFusion.Worker.Composition;

/// <summary>
/// Reads the settings of one adapter and gathers every fault: missing, out of range, unknown. <see cref="Done"/> throws
/// them together.
/// </summary>
/// <param name="values">The settings as configured.</param>
internal sealed class AdapterSettings(IReadOnlyDictionary<string, string> values)
{
    private readonly List<string> _known = [];
    private readonly List<string> _faults = [];

    /// <summary>Whether a setting is there.</summary>
    public bool Has(string key) => Find(key) is { Length: > 0 };

    /// <summary>A text; empty where it is not set and not needed.</summary>
    public string Text(string key, string fallback = "") => Find(key) is { Length: > 0 } text ? text : fallback;

    /// <summary>A text that must be there.</summary>
    public string Required(string key, string meaning)
    {
        if (Find(key) is { Length: > 0 } text)
        {
            return text;
        }

        _faults.Add($"Settings:{key} is missing: {meaning}");
        return "";
    }

    /// <summary>A whole number.</summary>
    public int Integer(string key, int fallback, int least, int most)
    {
        if (Find(key) is not { Length: > 0 } text)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= least && value <= most)
        {
            return value;
        }

        _faults.Add($"Settings:{key} is '{text}'; it must be a whole number {least}..{most}");
        return fallback;
    }

    /// <summary>A number.</summary>
    public double Number(string key, double fallback, double least, double most)
    {
        if (Find(key) is not { Length: > 0 } text)
        {
            return fallback;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value >= least && value <= most)
        {
            return value;
        }

        _faults.Add(string.Create(
            CultureInfo.InvariantCulture, $"Settings:{key} is '{text}'; it must be a number {least}..{most}"));
        return fallback;
    }

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool fallback)
    {
        if (Find(key) is not { Length: > 0 } text)
        {
            return fallback;
        }

        if (bool.TryParse(text, out bool value))
        {
            return value;
        }

        _faults.Add($"Settings:{key} is '{text}'; it must be true or false");
        return fallback;
    }

    /// <summary>One of some words; their place in the list.</summary>
    public int Choice(string key, params ReadOnlySpan<string> words)
    {
        if (Find(key) is not { Length: > 0 } text)
        {
            return 0;
        }

        for (int i = 0; i < words.Length; i++)
        {
            if (string.Equals(words[i], text, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        _faults.Add($"Settings:{key} is '{text}'; there are {string.Join(", ", words!)}");
        return 0;
    }

    /// <summary>Notes a fault that only the adapter sees.</summary>
    public void Fault(string fault) => _faults.Add(fault);

    /// <summary>All settings have been asked for: throws what is wrong with them.</summary>
    /// <exception cref="ConfigurationException">Something is.</exception>
    public void Done()
    {
        foreach (string key in values.Keys)
        {
            if (!_known.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                _faults.Add($"Settings:{key}: there is no such setting; there are {string.Join(", ", _known)}");
            }
        }

        if (_faults.Count > 0)
        {
            throw new ConfigurationException(string.Join("; ", _faults));
        }
    }

    private string? Find(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }

        foreach ((string name, string value) in values)
        {
            // The environment may bring a key in another case.
            if (string.Equals(name, key, StringComparison.OrdinalIgnoreCase))
            {
                return value.Trim();
            }
        }

        return null;
    }
}
