using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EdgeFusion.Recording.Import;

/// <summary>A segment's place on one axis.</summary>
/// <param name="Text">What templates and filters see.</param>
/// <param name="Index">Place in arrays.</param>
/// <param name="AxisSize">Number of places on the axis, before filtering.</param>
/// <param name="Item">The manifest's item; undefined for counted axes and files.</param>
internal readonly record struct AxisItem(string Text, int Index, int AxisSize, JsonElement Item);

/// <summary>One piece of the recording: a place on every axis, e.g. behaviour, object and trial.</summary>
internal sealed class Segment
{
    private readonly Dictionary<string, AxisItem> _items;

    public Segment(IReadOnlyDictionary<string, AxisItem> items) => _items = new(items, StringComparer.Ordinal);

    /// <summary>The places by axis.</summary>
    public IReadOnlyDictionary<string, AxisItem> Items => _items;

    /// <summary>This segment with one more name for templates.</summary>
    public Segment With(string name, AxisItem item)
    {
        var more = new Segment(_items);
        more._items[name] = item;
        return more;
    }

    /// <summary>The value of "axis" or "axis.field"; null where there is none.</summary>
    public string? Value(string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        if (!_items.TryGetValue(dot < 0 ? path : path[..dot], out AxisItem item))
        {
            return null;
        }

        if (dot < 0)
        {
            return item.Text;
        }

        return ImportManifest.Descend(item.Item, path[(dot + 1)..]) is { } value ? ImportManifest.Text(value) : null;
    }

    /// <summary>A list below an item, e.g. run.anomalies; undefined where there is none.</summary>
    public JsonElement List(string path)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        bool isThere = dot > 0 && _items.ContainsKey(path[..dot]);
        JsonElement list = isThere
            ? ImportManifest.Descend(_items[path[..dot]].Item, path[(dot + 1)..]) ?? default
            : default;
        return list.ValueKind == JsonValueKind.Array ? list : default;
    }

    /// <summary>Replaces each {axis} and {axis.field} of a template.</summary>
    /// <exception cref="ConfigurationException">A name that no axis and no item has.</exception>
    public string Expand(string template)
    {
        var text = new StringBuilder();
        int at = 0;
        while (true)
        {
            int open = template.IndexOf('{', at);
            int close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0)
            {
                return text.Append(template, at, template.Length - at).ToString();
            }

            string name = template[(open + 1)..close];
            text.Append(template, at, open - at).Append(Value(name) ?? throw ImportFault.Map(
                $"'{template}'", $"there is no '{name}' in the segment {this}"));
            at = close + 1;
        }
    }

    /// <summary>Expands a template to a number of rows.</summary>
    public long ExpandCount(string template)
    {
        string text = Expand(template);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : throw ImportFault.Data(
                $"segment {this}", $"'{template}' gives '{text}', not a count", "Check the manifest.");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((string name, AxisItem item) in _items)
        {
            text.Append(text.Length > 0 ? " " : "").Append(name).Append('=').Append(item.Text);
        }

        return text.ToString();
    }
}
