using System.Collections.Immutable;

namespace EdgeFusion.Recording.Import;

/// <summary>What to import.</summary>
public sealed record ImportOptions
{
    /// <summary>The map file, one of config/imports or the user's own.</summary>
    public required string MapPath { get; init; }

    /// <summary>The set's folder.</summary>
    public required string FromFolder { get; init; }

    /// <summary>The recording to create.</summary>
    public required string ToPath { get; init; }

    /// <summary>Whether an existing recording is replaced; default no.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Import the first so many segments only, after filtering; null = all.</summary>
    public int? Limit { get; init; }

    /// <summary>Keep the segments that pass all of these; default all.</summary>
    public ImmutableArray<ImportFilter> Filters { get; init; } = [];
}
