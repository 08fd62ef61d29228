using System.Collections.Immutable;

namespace EdgeFusion.Recording.Import;

/// <summary>How far an import has come.</summary>
/// <param name="Segments">Segments written.</param>
/// <param name="SegmentsTotal">Segments in all.</param>
/// <param name="Samples">Samples written.</param>
public readonly record struct ImportProgress(int Segments, int SegmentsTotal, long Samples);

/// <summary>What became of one stream.</summary>
/// <param name="Name">The sensor.</param>
/// <param name="Modality">Its modality.</param>
/// <param name="SchemaName">Type of its messages.</param>
/// <param name="Samples">Samples written.</param>
/// <param name="Skipped">
/// Rows left out: a number that is not finite, a joined row that is missing or too old, or a time outside the segment.
/// </param>
public sealed record ImportedStream(string Name, string Modality, string SchemaName, long Samples, long Skipped);

/// <summary>What an import has written.</summary>
/// <param name="Name">Name of the map.</param>
/// <param name="Segments">Number of segments.</param>
/// <param name="Streams">The streams in the order of the map.</param>
/// <param name="Labels">Number of labels.</param>
/// <param name="DurationNanoseconds">From the recording's origin to the end of the last segment.</param>
/// <param name="Bytes">Size of the recording.</param>
public sealed record ImportReport(
    string Name, int Segments, ImmutableArray<ImportedStream> Streams, long Labels, long DurationNanoseconds,
    long Bytes);
