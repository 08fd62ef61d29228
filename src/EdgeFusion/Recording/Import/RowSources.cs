using System.Collections.Immutable;
using System.Globalization;

namespace EdgeFusion.Recording.Import;

/// <summary>Opens the rows of a stream for a segment. Arrays stay open and are shared; CSV files are opened
/// anew.</summary>
internal sealed class RowSources(ImportMap map, ImportManifest manifest, ImportFolder folder) : IDisposable
{
    private readonly Dictionary<string, NpyFile> _arrays = new(StringComparer.Ordinal);

    /// <summary>Where files come from.</summary>
    public ImportFolder Folder => folder;

    /// <summary>Opens the rows of a source.</summary>
    public RowReader Open(MapSource source, Segment segment)
    {
        string file = segment.Expand(source.File);
        return file.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)
            ? OpenArray(file, source, segment)
            : new CsvRowReader(folder.OpenRead(file), file);
    }

    /// <summary>Opens the file of times that go with an array's rows.</summary>
    public RowReader OpenTimes(string timeFile, MapSource source, Segment segment) =>
        OpenArray(
            segment.Expand(timeFile), source with { Axes = WithoutElement(source.Axes), SplitLast = [] }, segment);

    /// <summary>The columns that a source asks for, by their position.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">Names, "prefix*", or positions where the rows have no names; empty = all.</param>
    /// <param name="timeColumn">Left out of "all"; null for none.</param>
    public static int[] Select(RowReader rows, ImmutableArray<string> columns, string? timeColumn)
    {
        var selected = new List<int>();
        if (columns.IsEmpty)
        {
            for (int i = 0; i < rows.Width; i++)
            {
                if (timeColumn is null || i != Column(rows, timeColumn))
                {
                    selected.Add(i);
                }
            }
        }

        foreach (string column in columns)
        {
            if (!column.EndsWith('*'))
            {
                selected.Add(Column(rows, column));
                continue;
            }

            for (int i = 0; i < rows.Names.Count; i++)
            {
                if (rows.Names[i].StartsWith(column[..^1], StringComparison.Ordinal))
                {
                    selected.Add(i);
                }
            }
        }

        return selected.Count > 0 ? [.. selected] : throw ImportFault.Data(
            rows.Place(0), $"no column is named '{string.Join(", ", columns)}'", "Check the map's columns.");
    }

    /// <summary>One column by name, or by position where the rows have no names.</summary>
    public static int Column(RowReader rows, string name)
    {
        for (int i = 0; i < rows.Names.Count; i++)
        {
            if (rows.Names[i] == name)
            {
                return i;
            }
        }

        bool isPosition = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int position);
        return rows.Names.Count == 0 && isPosition && position < rows.Width ? position : throw ImportFault.Data(
            rows.Place(0), $"there is no column '{name}' among {string.Join(", ", rows.Names)}",
            "Check the map's columns.");
    }

    public void Dispose()
    {
        foreach (NpyFile array in _arrays.Values)
        {
            array.Dispose();
        }
    }

    private static ImmutableArray<string> WithoutElement(ImmutableArray<string> axes) =>
        axes.IsEmpty ? axes : axes.Remove("element");

    private NpyRowReader OpenArray(string file, MapSource source, Segment segment)
    {
        if (!_arrays.TryGetValue(file, out NpyFile? array))
        {
            array = new NpyFile(folder.OpenRandom(file));
            _arrays.Add(file, array);
        }

        ArrayView view = ArrayView.Create(array, source, segment);
        IReadOnlyList<string> names = source.ColumnNames is { } path && view.Width > 1 ? manifest.Names(path) : [];
        if (names.Count > 0 && names.Count != view.Width)
        {
            throw ImportFault.Data(
                $"'{file}'",
                $"it has {view.Width} columns but '{source.ColumnNames}' of '{map.Manifest}' names {names.Count}",
                "Check that the manifest belongs to the array.");
        }

        return new NpyRowReader(array, view.First, view.Stride, view.Width, view.Rows, names);
    }
}
