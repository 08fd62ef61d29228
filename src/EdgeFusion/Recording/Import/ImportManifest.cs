using System.Text.Json;

namespace EdgeFusion.Recording.Import;

/// <summary>The set's own description, a JSON file; values are found by dotted paths.</summary>
internal sealed class ImportManifest : IDisposable
{
    /// <summary>Largest manifest: 64 MiB.</summary>
    private const int MostBytes = 64 << 20;

    private readonly JsonDocument? _document;
    private readonly string _name;

    private ImportManifest(JsonDocument? document, string name)
    {
        _document = document;
        _name = name;
    }

    /// <exception cref="RecordingException">It is missing or not JSON.</exception>
    public static ImportManifest Load(string folder, string? file)
    {
        if (file is null)
        {
            return new ImportManifest(null, "");
        }

        using ImportFolder directory = ImportFolder.Open(folder, null);
        try
        {
            return new ImportManifest(JsonDocument.Parse(directory.ReadAll(file, MostBytes)), file);
        }
        catch (JsonException fault)
        {
            throw ImportFault.Data($"'{file}'", $"it is not valid JSON ({fault.Message})", "Correct the file.", fault);
        }
    }

    /// <summary>The value at a path of the manifest.</summary>
    public JsonElement Find(string path, JsonValueKind kind)
    {
        if (_document is null)
        {
            throw ImportFault.Map($"'{path}'", "it needs a manifest, but the map names none");
        }

        JsonElement found = Descend(_document.RootElement, path) ?? throw ImportFault.Data(
            $"'{_name}'", $"it has no '{path}'", "Check that the map fits the set.");
        return found.ValueKind == kind || kind == JsonValueKind.Undefined ? found : throw ImportFault.Data(
            $"'{_name}'", $"'{path}' is a {found.ValueKind}, not a {kind}", "Check that the map fits the set.");
    }

    /// <summary>A value below an element; null where there is none.</summary>
    public static JsonElement? Descend(JsonElement element, string path)
    {
        foreach (string name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    /// <summary>A simple value as text; null becomes the empty text.</summary>
    public static string Text(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() ?? "",
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => element.GetRawText(),
    };

    /// <summary>Names of columns: a list, or one text with commas whose part from " (" on is a remark.</summary>
    public IReadOnlyList<string> Names(string path)
    {
        var names = new List<string>();
        JsonElement found = Find(path, JsonValueKind.Undefined);
        if (found.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement name in found.EnumerateArray())
            {
                names.Add(Text(name));
            }

            return names;
        }

        string text = Text(found);
        int remark = text.IndexOf(" (", StringComparison.Ordinal);
        foreach (string name in (remark < 0 ? text : text[..remark]).Split(','))
        {
            names.Add(name.Trim());
        }

        return names;
    }

    public void Dispose() => _document?.Dispose();
}
