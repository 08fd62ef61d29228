using System.Globalization;
using System.Text.Json;

namespace EdgeFusion.Recording.Import;

/// <summary>Enumerates a set's segments from its own manifest or files.</summary>
internal static class SegmentList
{
    /// <summary>More than any set has; beyond it a count is taken for damage.</summary>
    private const int MostSegments = 1_000_000;

    /// <summary>All segments that pass the filters, the last axis running fastest.</summary>
    /// <exception cref="ConfigurationException">A filter names nothing that segments have.</exception>
    public static List<Segment> Build(
        ImportMap map, ImportManifest manifest, ImportFolder folder, IReadOnlyList<ImportFilter> filters, int? limit)
    {
        var segments = new List<Segment> { new(new Dictionary<string, AxisItem>()) };
        foreach (MapAxis axis in map.Axes)
        {
            List<Dictionary<string, AxisItem>> places = axis.Files is null
                ? Places(axis, manifest)
                : FilePlaces(axis.Files, folder);
            if ((long)segments.Count * places.Count > MostSegments)
            {
                throw ImportFault.Data(
                    $"'{map.Name}'", $"it has more than {MostSegments} segments", "Check the manifest.");
            }

            segments = Multiply(segments, places);
        }

        segments = Filter(segments, filters);
        if (limit < segments.Count)
        {
            segments.RemoveRange(limit.Value, segments.Count - limit.Value);
        }

        return segments;
    }

    private static List<Segment> Multiply(List<Segment> segments, List<Dictionary<string, AxisItem>> places)
    {
        var product = new List<Segment>(segments.Count * places.Count);
        foreach (Segment segment in segments)
        {
            foreach (Dictionary<string, AxisItem> place in places)
            {
                Segment next = segment;
                foreach ((string name, AxisItem item) in place)
                {
                    next = next.With(name, item);
                }

                product.Add(next);
            }
        }

        return product;
    }

    private static List<Segment> Filter(List<Segment> segments, IReadOnlyList<ImportFilter> filters)
    {
        var kept = new List<Segment>(segments.Count);
        foreach (Segment segment in segments)
        {
            bool passes = true;
            foreach (ImportFilter filter in filters)
            {
                string value = segment.Value(filter.Name) ?? throw new ConfigurationException(
                    $"Cannot filter by '{filter.Name}': segments have {segment}. "
                    + "Use one of these names, or name.field.");
                passes &= value == filter.Value;
            }

            if (passes)
            {
                kept.Add(segment);
            }
        }

        return kept;
    }

    private static List<Dictionary<string, AxisItem>> Places(MapAxis axis, ImportManifest manifest)
    {
        var places = new List<Dictionary<string, AxisItem>>();
        if (axis.Count is { } count)
        {
            int size = Count(count, manifest);
            for (int i = 0; i < size; i++)
            {
                string text = i.ToString(CultureInfo.InvariantCulture);
                places.Add(new() { [axis.Name] = new AxisItem(text, i, size, default) });
            }

            return places;
        }

        JsonElement items = manifest.Find(axis.Items!, JsonValueKind.Array);
        int length = items.GetArrayLength();
        foreach (JsonElement item in items.EnumerateArray())
        {
            places.Add(new() { [axis.Name] = Place(axis, item, places.Count, length) });
        }

        return places;
    }

    private static AxisItem Place(MapAxis axis, JsonElement item, int position, int length)
    {
        string text = item.ValueKind == JsonValueKind.Object
            ? position.ToString(CultureInfo.InvariantCulture)
            : ImportManifest.Text(item);
        if (axis.Label is { } label)
        {
            text = Field(axis, item, label, position);
        }

        int index = position;
        if (axis.Index is { } field)
        {
            string number = Field(axis, item, field, position);
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out index) || index >= length)
            {
                throw ImportFault.Data(
                    $"'{axis.Items}[{position}]'", $"its '{field}' is '{number}', not an index below {length}",
                    "Correct the manifest.");
            }
        }

        return new AxisItem(text, index, length, item);
    }

    private static string Field(MapAxis axis, JsonElement item, string field, int position) =>
        ImportManifest.Descend(item, field) is { } value ? ImportManifest.Text(value) : throw ImportFault.Data(
            $"'{axis.Items}[{position}]'", $"it has no '{field}'", "Correct the manifest or the map.");

    private static int Count(string count, ImportManifest manifest)
    {
        if (int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int fix))
        {
            return fix;
        }

        JsonElement found = manifest.Find(count, JsonValueKind.Number);
        return found.TryGetInt32(out int value) && value is >= 0 and <= MostSegments ? value : throw ImportFault.Data(
            $"'{count}'", $"it is {found.GetRawText()}, not a count up to {MostSegments}", "Correct the manifest.");
    }

    private static List<Dictionary<string, AxisItem>> FilePlaces(string pattern, ImportFolder folder)
    {
        var matcher = new FilePattern(pattern);
        var places = new List<Dictionary<string, AxisItem>>();
        foreach (string file in folder.Files)
        {
            if (matcher.Match(file) is not { } values)
            {
                continue;
            }

            var place = new Dictionary<string, AxisItem>();
            for (int i = 0; i < values.Length; i++)
            {
                place[matcher.Names[i]] = new AxisItem(values[i], places.Count, 0, default);
            }

            places.Add(place);
        }

        return places.Count > 0 ? places : throw ImportFault.Data(
            $"'{folder.Name}'", $"no file is named '{pattern}'", "Check the folder and the map.");
    }
}
