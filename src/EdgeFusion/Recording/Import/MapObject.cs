using System.Collections.Immutable;
using System.Text.Json;

namespace EdgeFusion.Recording.Import;

/// <summary>Reads the fields of one JSON object of a map and collects every fault, unknown fields included.</summary>
internal sealed class MapObject(JsonElement json, string path, List<string> faults)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public List<string> Faults { get; } = faults;

    public bool Has(string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out _);

    public string? Text(string name)
    {
        if (!TryField(name, out JsonElement field))
        {
            return null;
        }

        // A count or an offset may be written as a number.
        return field.ValueKind switch
        {
            JsonValueKind.String => field.GetString(),
            JsonValueKind.Number => field.GetRawText(),
            _ => Fault<string?>($"{path}.{name} must be a text", null),
        };
    }

    public string RequiredText(string name) =>
        Text(name) is { Length: > 0 } text ? text : Fault($"{path}.{name} is missing", "");

    public double Number(string name, double otherwise, double least)
    {
        if (!TryField(name, out JsonElement field))
        {
            return otherwise;
        }

        bool isNumber = field.ValueKind == JsonValueKind.Number && field.TryGetDouble(out _);
        double value = isNumber ? field.GetDouble() : double.NaN;
        return value >= least && double.IsFinite(value)
            ? value
            : Fault($"{path}.{name} must be a number of at least {least}", otherwise);
    }

    /// <summary>A duration written in milliseconds, in nanoseconds.</summary>
    public long Milliseconds(string name, double otherwise)
    {
        const double Longest = 1e12; // 31 years.
        double value = Number(name, otherwise, 0);
        return value <= Longest
            ? (long)Math.Round(value * 1e6)
            : Fault($"{path}.{name} must be at most {Longest}", 0L);
    }

    public long Integer(string name, long otherwise)
    {
        if (!TryField(name, out JsonElement field))
        {
            return otherwise;
        }

        return field.ValueKind == JsonValueKind.Number && field.TryGetInt64(out long value)
            ? value
            : Fault($"{path}.{name} must be a whole number", otherwise);
    }

    /// <summary>One of some words, by their position.</summary>
    public int Choice(string name, int otherwise, params ReadOnlySpan<string> words)
    {
        if (Text(name) is not { } text)
        {
            return otherwise >= 0 ? otherwise : Fault($"{path}.{name} is missing", 0);
        }

        int choice = words.IndexOf(text);
        return choice >= 0 ? choice : Fault($"{path}.{name} must be one of {string.Join(", ", words.ToArray())}", 0);
    }

    public ImmutableArray<string> Texts(string name)
    {
        ImmutableArray<string>.Builder texts = ImmutableArray.CreateBuilder<string>();
        foreach (JsonElement entry in Array(name))
        {
            texts.Add(entry.ValueKind == JsonValueKind.String
                ? entry.GetString()!
                : Fault($"{path}.{name} must be a list of texts", ""));
        }

        return texts.ToImmutable();
    }

    public ImmutableArray<int> Integers(string name)
    {
        ImmutableArray<int>.Builder numbers = ImmutableArray.CreateBuilder<int>();
        foreach (JsonElement entry in Array(name))
        {
            bool isCount = entry.ValueKind == JsonValueKind.Number && entry.TryGetInt32(out int value) && value > 0;
            numbers.Add(isCount
                ? entry.GetInt32()
                : Fault($"{path}.{name} must be a list of whole numbers above 0", 1));
        }

        return numbers.ToImmutable();
    }

    public MapObject Object(string name)
    {
        TryField(name, out JsonElement field);
        return new MapObject(field, $"{path}.{name}", Faults);
    }

    public ImmutableArray<MapObject> Objects(string name)
    {
        ImmutableArray<MapObject>.Builder objects = ImmutableArray.CreateBuilder<MapObject>();
        foreach (JsonElement entry in Array(name))
        {
            objects.Add(new MapObject(entry, $"{path}.{name}[{objects.Count}]", Faults));
        }

        return objects.ToImmutable();
    }

    /// <summary>Notes a fault.</summary>
    public T Fault<T>(string fault, T otherwise)
    {
        Faults.Add(fault);
        return otherwise;
    }

    /// <summary>Reports what nothing has asked for: most often a misspelt name.</summary>
    public void End()
    {
        if (json.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            Faults.Add($"{path} must be an object");
            return;
        }

        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!_known.Contains(property.Name) && property.Name is not ("$schema" or "description"))
            {
                Faults.Add($"{path}.{property.Name} is not known");
            }
        }
    }

    private bool TryField(string name, out JsonElement field)
    {
        _known.Add(name);
        field = default;
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out field)
            && field.ValueKind != JsonValueKind.Null;
    }

    private JsonElement.ArrayEnumerator Array(string name)
    {
        if (!TryField(name, out JsonElement field))
        {
            return default;
        }

        return field.ValueKind == JsonValueKind.Array
            ? field.EnumerateArray()
            : Fault($"{path}.{name} must be a list", default(JsonElement.ArrayEnumerator));
    }
}
