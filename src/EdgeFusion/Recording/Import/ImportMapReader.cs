using System.Collections.Immutable;
using System.Text.Json;

namespace EdgeFusion.Recording.Import;

/// <summary>Reads a map file and reports all its faults together.</summary>
internal static class ImportMapReader
{
    /// <summary>2020-01-01T00:00:00Z: a fixed origin, so that the same set gives the same bytes.</summary>
    private const long DefaultOrigin = 1_577_836_800_000_000_000;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <exception cref="ConfigurationException">The file is missing or wrong; lists every fault.</exception>
    public static ImportMap Load(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"Cannot read the import map '{path}': {fault.Message.TrimEnd('.')}. Name a file of config/imports.",
                fault);
        }
    }

    /// <exception cref="ConfigurationException">The text is wrong; lists every fault.</exception>
    public static ImportMap Parse(ReadOnlyMemory<byte> json, string name)
    {
        var faults = new List<string>();
        ImportMap map;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Options);
            map = ReadMap(new MapObject(document.RootElement, "map", faults));
        }
        catch (JsonException fault)
        {
            throw new ConfigurationException(
                $"Cannot read the import map '{name}': it is not valid JSON ({fault.Message}).", fault);
        }

        return faults.Count == 0 ? map : throw new ConfigurationException(
            $"Cannot use the import map '{name}': {string.Join("; ", faults)}. See config/imports/README.md.");
    }

    private static ImportMap ReadMap(MapObject json)
    {
        if (json.Integer("schema", 0) != 1)
        {
            json.Faults.Add("map.schema must be 1");
        }

        MapObject segments = json.Object("segments");
        var map = new ImportMap
        {
            Name = json.RequiredText("name"),
            Archive = json.Text("archive"),
            Manifest = json.Text("manifest"),
            OriginNanoseconds = json.Integer("origin_ns", DefaultOrigin),
            Axes = Convert(segments.Objects("axes"), ReadAxis),
            LengthNanoseconds = segments.Milliseconds("length_ms", 0),
            GapNanoseconds = segments.Milliseconds("gap_ms", 1000),
            AlignNanoseconds = Math.Max(1, segments.Milliseconds("align_ms", 1000)),
            IsAbsolute = segments.Choice("clock", 0, "relative", "absolute") == 1,
            Streams = Convert(json.Objects("streams"), ReadStream),
            Labels = ReadLabels(json),
            Events = Convert(json.Objects("events"), ReadEvents),
        };
        segments.End();
        json.End();
        Check(map, json);
        return map;
    }

    private static void Check(ImportMap map, MapObject json)
    {
        if (map.Axes.IsEmpty)
        {
            json.Faults.Add("map.segments.axes must name at least one axis");
        }

        if (map.Streams.IsEmpty)
        {
            json.Faults.Add("map.streams must name at least one stream");
        }

        if (map.OriginNanoseconds < 0)
        {
            json.Faults.Add("map.origin_ns must not lie before 1970");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (MapStream stream in map.Streams)
        {
            if (stream.Name != ChannelLayout.SensorName(stream.Name) || !names.Add(stream.Name))
            {
                json.Faults.Add($"stream name '{stream.Name}' is not unique or not 1-64 of a-z A-Z 0-9 _ - .");
            }
        }
    }

    private static ImmutableArray<T> Convert<T>(ImmutableArray<MapObject> objects, Func<MapObject, T> read)
    {
        ImmutableArray<T>.Builder values = ImmutableArray.CreateBuilder<T>(objects.Length);
        foreach (MapObject json in objects)
        {
            values.Add(read(json));
            json.End();
        }

        return values.MoveToImmutable();
    }

    private static MapAxis ReadAxis(MapObject json)
    {
        var axis = new MapAxis
        {
            Name = json.Text("name") ?? "",
            Items = json.Text("items"),
            Count = json.Text("count"),
            Files = json.Text("files"),
            Label = json.Text("label"),
            Index = json.Text("index"),
        };
        int kinds = (axis.Items is null ? 0 : 1) + (axis.Count is null ? 0 : 1) + (axis.Files is null ? 0 : 1);
        if (kinds != 1 || (axis.Files is null) == (axis.Name.Length == 0))
        {
            json.Faults.Add("each axis has one of items, count (both with a name) or files (without one)");
        }

        return axis;
    }

    private static MapStream ReadStream(MapObject json)
    {
        MapObject source = json.Object("source");
        MapObject time = json.Object("time");
        ImmutableArray<string> units = json.Texts("units");
        var stream = new MapStream
        {
            Name = json.RequiredText("name"),
            Modality = json.RequiredText("modality"),
            Kind = (MapKind)json.Choice("kind", -1, "vector", "audio", "frames"),
            RateHz = json.Number("rate_hz", 0, double.Epsilon),
            Jitter = json.Number("jitter", 0.25, 0),
            Elements = NameRanges.Expand(json.Texts("elements")),
            Units = json.Text("unit") is { } unit ? [unit] : units,
            Source = ReadSource(source),
            Time = ReadTime(time),
            Joins = Convert(json.Objects("join"), ReadJoin),
            Scale = (float)json.Number("scale", 1, double.MinValue),
            IsNormalised = json.Choice("normalise", 0, "none", "sum") == 1,
            BlockMilliseconds = json.Number("block_ms", 20, 0.01),
        };
        source.End();
        time.End();
        bool isWav = stream.Source.File.EndsWith(".wav", StringComparison.OrdinalIgnoreCase);
        if (stream.RateHz == 0 && !isWav)
        {
            json.Faults.Add($"stream '{stream.Name}' needs rate_hz");
        }

        return stream;
    }

    private static MapJoin ReadJoin(MapObject json)
    {
        MapObject source = json.Object("source");
        MapObject time = json.Object("time");
        var join = new MapJoin(ReadSource(source), ReadTime(time), json.Milliseconds("max_age_ms", 1000));
        source.End();
        time.End();
        if (join.Time.Column is null && join.Time.File is null)
        {
            json.Faults.Add("a join needs a time column");
        }

        return join;
    }

    private static MapSource ReadSource(MapObject json) => new()
    {
        File = json.RequiredText("file"),
        Axes = json.Texts("axes"),
        SplitLast = json.Integers("split_last"),
        Offset = json.Text("offset"),
        Length = json.Text("length"),
        Columns = NameRanges.Expand(json.Texts("columns")),
        ColumnNames = json.Text("column_names"),
    };

    private static MapTime ReadTime(MapObject json) => new()
    {
        Column = json.Text("column"),
        File = json.Text("file"),
        Unit = json.Choice("unit", 0, "s", "ms", "us", "ns") switch
        {
            0 => TimeUnit.Seconds,
            1 => TimeUnit.Milliseconds,
            2 => TimeUnit.Microseconds,
            _ => TimeUnit.Nanoseconds,
        },
        OffsetNanoseconds = json.Milliseconds("offset_ms", 0),
        Number = json.Text("number"),
        First = json.Integer("first", 0),
    };

    private static ImmutableArray<MapLabel> ReadLabels(MapObject json)
    {
        ImmutableArray<MapLabel> labels = Convert(
            json.Objects("labels"), label => new MapLabel(label.RequiredText("head"), label.RequiredText("label")));
        return json.Text("group") is { } group ? labels.Add(new MapLabel("group", group)) : labels;
    }

    private static MapEvents ReadEvents(MapObject json)
    {
        string? at = json.Text("at");
        return new MapEvents
        {
            Items = json.RequiredText("items"),
            Head = json.RequiredText("head"),
            Label = json.RequiredText("label"),
            Start = at ?? json.RequiredText("start"),
            End = at ?? json.RequiredText("end"),
            BeforeNanoseconds = json.Milliseconds("before_ms", 0),
            AfterNanoseconds = json.Milliseconds("after_ms", 0),
        };
    }
}
