using System.Collections.Immutable;

namespace EdgeFusion.Recording.Import;

/// <summary>How a data set becomes a recording; read from a map file (format: config/imports/README.md).</summary>
internal sealed record ImportMap
{
    public required string Name { get; init; }

    /// <summary>Archive inside the set's folder that holds the streams' files; null for the folder itself.</summary>
    public string? Archive { get; init; }

    /// <summary>The set's own description, a JSON file; null for none.</summary>
    public string? Manifest { get; init; }

    /// <summary>Start of the first segment.</summary>
    public required long OriginNanoseconds { get; init; }

    /// <summary>What segments are enumerated over, the outermost first.</summary>
    public required ImmutableArray<MapAxis> Axes { get; init; }

    /// <summary>Length of every segment; 0 = as long as its data.</summary>
    public required long LengthNanoseconds { get; init; }

    /// <summary>Least distance from the end of a segment to the start of the next.</summary>
    public required long GapNanoseconds { get; init; }

    /// <summary>Segments start at whole multiples of it after the origin.</summary>
    public required long AlignNanoseconds { get; init; }

    /// <summary>Whether times in the files count from an epoch, so that each segment starts at its first
    /// sample.</summary>
    public required bool IsAbsolute { get; init; }

    public required ImmutableArray<MapStream> Streams { get; init; }

    public required ImmutableArray<MapLabel> Labels { get; init; }

    public required ImmutableArray<MapEvents> Events { get; init; }
}

/// <summary>One thing that segments are enumerated over.</summary>
internal sealed record MapAxis
{
    /// <summary>Name in templates; empty for files, whose placeholders name the axes.</summary>
    public required string Name { get; init; }

    /// <summary>Path of an array in the manifest.</summary>
    public string? Items { get; init; }

    /// <summary>A number, or the path of one in the manifest.</summary>
    public string? Count { get; init; }

    /// <summary>A pattern of file names: each match is a segment.</summary>
    public string? Files { get; init; }

    /// <summary>Field of an item that is its text; null = the item itself, or its position.</summary>
    public string? Label { get; init; }

    /// <summary>Field of an item that is its index in arrays; null = its position.</summary>
    public string? Index { get; init; }
}

/// <summary>What a stream's samples are.</summary>
internal enum MapKind
{
    Vector,
    Audio,
    Frames,
}

/// <summary>One sensor of the recording.</summary>
internal sealed record MapStream
{
    public required string Name { get; init; }

    public required string Modality { get; init; }

    public required MapKind Kind { get; init; }

    /// <summary>Samples per second; for audio PCM frames per second; 0 for a WAV file, which says itself.</summary>
    public required double RateHz { get; init; }

    public required double Jitter { get; init; }

    /// <summary>Names of the elements; empty = names of the columns.</summary>
    public required ImmutableArray<string> Elements { get; init; }

    /// <summary>One unit for all or one per element.</summary>
    public required ImmutableArray<string> Units { get; init; }

    public required MapSource Source { get; init; }

    public required MapTime Time { get; init; }

    /// <summary>Further rows whose latest values are put behind those of the source.</summary>
    public required ImmutableArray<MapJoin> Joins { get; init; }

    /// <summary>Factor of every number.</summary>
    public required float Scale { get; init; }

    /// <summary>Whether each vector is divided by its sum.</summary>
    public required bool IsNormalised { get; init; }

    /// <summary>PCM frames per block of a WAV file, as time.</summary>
    public required double BlockMilliseconds { get; init; }
}

/// <summary>Where rows come from.</summary>
internal sealed record MapSource
{
    /// <summary>File name, a template.</summary>
    public required string File { get; init; }

    /// <summary>Arrays: what each axis is; a segment axis, "time" or "element".</summary>
    public required ImmutableArray<string> Axes { get; init; }

    /// <summary>Arrays: extents that the last axis is split into.</summary>
    public required ImmutableArray<int> SplitLast { get; init; }

    /// <summary>Arrays: first row, a template; null = 0.</summary>
    public string? Offset { get; init; }

    /// <summary>Arrays: number of rows, a template; null = all.</summary>
    public string? Length { get; init; }

    /// <summary>Columns taken; empty = all but the time column.</summary>
    public required ImmutableArray<string> Columns { get; init; }

    /// <summary>Arrays: path in the manifest of the names of the columns.</summary>
    public string? ColumnNames { get; init; }
}

/// <summary>Where times come from.</summary>
internal sealed record MapTime
{
    /// <summary>Column with the time; null = the rate gives it.</summary>
    public string? Column { get; init; }

    /// <summary>Another array with one time per row; null = the source itself.</summary>
    public string? File { get; init; }

    public TimeUnit Unit { get; init; } = TimeUnit.Seconds;

    /// <summary>Added to every time.</summary>
    public long OffsetNanoseconds { get; init; }

    /// <summary>Frames: placeholder of the file name that numbers the images; null = their order.</summary>
    public string? Number { get; init; }

    /// <summary>Frames: number of the image at time 0.</summary>
    public long First { get; init; }
}

/// <summary>Rows whose latest values are held for each row of the stream's own source.</summary>
internal sealed record MapJoin(MapSource Source, MapTime Time, long MaxAgeNanoseconds);

/// <summary>A label that holds for a whole segment.</summary>
internal sealed record MapLabel(string Head, string Label);

/// <summary>Labels of parts of a segment, listed in an item of the manifest.</summary>
internal sealed record MapEvents
{
    /// <summary>Axis and field of the list, e.g. run.anomalies.</summary>
    public required string Items { get; init; }

    public required string Head { get; init; }

    /// <summary>Template; the entry is {event}.</summary>
    public required string Label { get; init; }

    /// <summary>Template of the time at which it starts.</summary>
    public required string Start { get; init; }

    /// <summary>Template of the time at which it ends.</summary>
    public required string End { get; init; }

    public required long BeforeNanoseconds { get; init; }

    public required long AfterNanoseconds { get; init; }
}
