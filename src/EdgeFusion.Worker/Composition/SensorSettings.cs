using System.Globalization;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>
/// Reads a sensor's Settings: names are compared without regard to case and underscores, every fault is listed, and a
/// setting that nobody reads is a fault too.
/// </summary>
internal sealed class SensorSettings
{
    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly List<string> _faults = [];

    public SensorSettings(SensorOptions options)
    {
        foreach ((string key, string value) in options.Settings)
        {
            if (!_left.TryAdd(Fold(key), value))
            {
                _faults.Add($"Settings:{key}: is there twice");
            }
        }
    }

    /// <summary>A text; its default where it is missing or empty.</summary>
    public string Text(string name, string otherwise = "")
    {
        _known.Add(name);
        return _left.Remove(Fold(name), out string? value) && value.Length > 0 ? value : otherwise;
    }

    /// <summary>A text that must be there.</summary>
    public string Required(string name, string example)
    {
        string value = Text(name);
        if (value.Length == 0)
        {
            _faults.Add($"Settings:{name}: is missing, e.g. {example}");
        }

        return value;
    }

    /// <summary>A number within limits.</summary>
    public double Number(string name, double otherwise, double least, double most)
    {
        string text = Text(name);
        if (text.Length == 0)
        {
            return otherwise;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value >= least && value <= most)
        {
            return value;
        }

        _faults.Add(FormattableString.Invariant($"Settings:{name}: '{text}' is no number of {least}..{most}"));
        return otherwise;
    }

    /// <summary>A whole number within limits.</summary>
    public int Whole(string name, int otherwise, int least, int most)
    {
        string text = Text(name);
        if (text.Length == 0)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= least && value <= most)
        {
            return value;
        }

        _faults.Add(FormattableString.Invariant($"Settings:{name}: '{text}' is no whole number of {least}..{most}"));
        return otherwise;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool otherwise = false) => Choice(name, otherwise, ("true", true), ("false", false));

    /// <summary>One of several words.</summary>
    public T Choice<T>(string name, T otherwise, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        string text = Text(name);
        if (text.Length == 0)
        {
            return otherwise;
        }

        var words = new List<string>();
        foreach ((string word, T value) in choices)
        {
            if (Fold(word) == Fold(text))
            {
                return value;
            }

            words.Add(word);
        }

        _faults.Add($"Settings:{name}: '{text}' is unknown; there are {string.Join(", ", words)}");
        return otherwise;
    }

    /// <summary>A duration given in milliseconds.</summary>
    public TimeSpan Milliseconds(string name, double otherwise, double least, double most) =>
        TimeSpan.FromMilliseconds(Number(name, otherwise, least, most));

    /// <summary>Names separated by commas or spaces.</summary>
    public string[] List(string name, params string[] otherwise)
    {
        string[] items = Text(name).Split(
            [',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return items.Length > 0 ? items : otherwise;
    }

    /// <summary>Adds a fault that only the caller can see.</summary>
    public void Fault(string name, string fault) => _faults.Add($"Settings:{name}: {fault}");

    /// <summary>To be called when everything has been read.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; all of it is listed.</exception>
    public void Check()
    {
        foreach (string key in _left.Keys)
        {
            _faults.Add($"Settings:{key}: there is no such setting; there are {string.Join(", ", _known)}");
        }

        if (_faults.Count > 0)
        {
            throw new ConfigurationException(string.Join("; ", _faults));
        }
    }

    private static string Fold(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
