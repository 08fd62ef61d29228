using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace EdgeFusion.Models;

/// <summary>
/// One JSON object of a manifest. Reads its members and notes every fault under its JSON path; a reading method
/// returns null where the member is absent or wrong, so that the reader can go on and find the other faults.
/// </summary>
internal sealed class ManifestObject
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly ManifestFaults _faults;

    private ManifestObject(string path, ManifestFaults faults)
    {
        Path = path;
        _faults = faults;
    }

    public string Path { get; }

    /// <summary>Opens an element as an object with none but the known keys; null where it is no object.</summary>
    public static ManifestObject? Open(
        JsonElement element, string path, ManifestFaults faults, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(path, $"is {Kind(element)}, expected an object");
            return null;
        }

        var opened = new ManifestObject(path, faults);
        foreach (JsonProperty member in element.EnumerateObject())
        {
            string at = $"{path}.{PrintableText.Clean(member.Name)}";
            if (!known.Contains(member.Name))
            {
                faults.Add(at, $"unknown key; known here: {string.Join(", ", known)}");
            }
            else if (!opened._members.TryAdd(member.Name, member.Value))
            {
                faults.Add(at, "given more than once");
            }
        }

        return opened;
    }

    public bool Has(string key) => _members.ContainsKey(key);

    public void Fault(string key, string text) => _faults.Add($"{Path}.{key}", text);

    /// <summary>The member as an object; its absence is a fault where it is required.</summary>
    public ManifestObject? Object(string key, bool required, params ReadOnlySpan<string> known) =>
        Find(key, required) is { } element ? Open(element, $"{Path}.{key}", _faults, known) : null;

    /// <summary>Checks that a member without rules of its own is an object where it is given.</summary>
    public void FreeObject(string key)
    {
        if (Find(key, required: false) is { ValueKind: not JsonValueKind.Object } element)
        {
            Fault(key, $"is {Kind(element)}, expected an object");
        }
    }

    /// <summary>The elements of an array member with their paths; empty where absent or wrong.</summary>
    public List<(JsonElement Element, string Path)> Items(string key, bool required, int minItems, int maxItems)
    {
        List<(JsonElement, string)> items = [];
        if (Find(key, required) is not { } element)
        {
            return items;
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            Fault(key, $"is {Kind(element)}, expected a list");
            return items;
        }

        int count = element.GetArrayLength();
        if (count < minItems || count > maxItems)
        {
            Fault(key, $"has {count} entries, expected {minItems} to {maxItems}");
            return items;
        }

        int index = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            items.Add((item, $"{Path}.{key}[{index.ToString(CultureInfo.InvariantCulture)}]"));
            index++;
        }

        return items;
    }

    /// <summary>A text that passes a rule; the rule's description is part of the fault.</summary>
    public string? Text(string key, bool required, TextRule rule)
    {
        if (Find(key, required) is not { } element)
        {
            return null;
        }

        if (TextOf(element, $"{Path}.{key}") is not { } text)
        {
            return null;
        }

        if (rule.Accepts(text))
        {
            return text;
        }

        Fault(key, $"is '{PrintableText.Clean(text)}', expected {rule.Description}");
        return null;
    }

    /// <summary>One of a set of words.</summary>
    public int? Word(string key, bool required, params ReadOnlySpan<string> words)
    {
        if (Find(key, required) is not { } element || TextOf(element, $"{Path}.{key}") is not { } text)
        {
            return null;
        }

        int index = words.IndexOf(text);
        if (index >= 0)
        {
            return index;
        }

        Fault(key, $"is '{PrintableText.Clean(text)}', expected {string.Join(" or ", words)}");
        return null;
    }

    /// <summary>A number within bounds, both included.</summary>
    public double? Number(string key, bool required, double min, double max)
    {
        if (Find(key, required) is not { } element)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Number)
        {
            Fault(key, $"is {Kind(element)}, expected a number");
            return null;
        }

        double number = element.GetDouble();
        if (number >= min && number <= max)
        {
            return number;
        }

        Fault(key, string.Create(CultureInfo.InvariantCulture, $"is {number}, expected {min} to {max}"));
        return null;
    }

    /// <summary>A whole number within bounds, both included.</summary>
    public int? Integer(string key, bool required, int min, int max) =>
        Find(key, required) is { } element ? IntegerOf(element, $"{Path}.{key}", min, max) : null;

    /// <summary>A list of whole numbers; null where any is wrong.</summary>
    public ImmutableArray<int>? Integers(string key, bool required, int minItems, int maxItems, int min, int max)
    {
        List<(JsonElement Element, string Path)> items = Items(key, required, minItems, maxItems);
        ImmutableArray<int>.Builder numbers = ImmutableArray.CreateBuilder<int>(items.Count);
        foreach ((JsonElement element, string path) in items)
        {
            if (IntegerOf(element, path, min, max) is { } number)
            {
                numbers.Add(number);
            }
        }

        return items.Count > 0 && numbers.Count == items.Count ? numbers.MoveToImmutable() : null;
    }

    /// <summary>A list of texts; null where absent or any is wrong.</summary>
    public ImmutableArray<string>? Texts(string key, bool required, int minItems, int maxItems, bool unique)
    {
        List<(JsonElement Element, string Path)> items = Items(key, required, minItems, maxItems);
        ImmutableArray<string>.Builder texts = ImmutableArray.CreateBuilder<string>(items.Count);
        foreach ((JsonElement element, string path) in items)
        {
            if (TextOf(element, path) is not { } text)
            {
                continue;
            }

            if (!TextRule.Label.Accepts(text))
            {
                _faults.Add(path, $"is '{PrintableText.Clean(text)}', expected {TextRule.Label.Description}");
            }
            else if (unique && texts.Contains(text))
            {
                _faults.Add(path, $"'{text}' is given more than once");
            }
            else
            {
                texts.Add(text);
            }
        }

        return items.Count > 0 && texts.Count == items.Count ? texts.MoveToImmutable() : null;
    }

    private JsonElement? Find(string key, bool required)
    {
        if (_members.TryGetValue(key, out JsonElement element))
        {
            return element;
        }

        if (required)
        {
            Fault(key, "missing");
        }

        return null;
    }

    private string? TextOf(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            _faults.Add(path, $"is {Kind(element)}, expected a text");
            return null;
        }

        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair.
            _faults.Add(path, "is not valid Unicode");
            return null;
        }
    }

    private int? IntegerOf(JsonElement element, string path, int min, int max)
    {
        if (element.ValueKind != JsonValueKind.Number)
        {
            _faults.Add(path, $"is {Kind(element)}, expected a whole number");
            return null;
        }

        double number = element.GetDouble();
        if (number >= min && number <= max && number == Math.Floor(number))
        {
            return (int)number;
        }

        string range = min == max ? "" : $" to {max}";
        _faults.Add(path, string.Create(
            CultureInfo.InvariantCulture, $"is {number}, expected the whole number {min}{range}"));
        return null;
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
