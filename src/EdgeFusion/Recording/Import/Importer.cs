using System.Collections.Immutable;
using System.Globalization;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Time;

namespace EdgeFusion.Recording.Import;

/// <summary>
/// Turns a data set into a recording as a map says (config/imports): streams of arrays, tables, images and sound become
/// sensors, and the set's own manifest gives names, counts and labels. Segments (say behaviour, object, trial) lie one
/// after another on the recording's timeline with gaps between them.
/// </summary>
/// <remarks>
/// The same set and map give the same bytes. The recording appears under its name only when it is complete.
/// <b>Threading.</b> Any thread; blocks until done.
/// </remarks>
public static class Importer
{
    private const string PartSuffix = ".part";

    /// <summary>Name of the metadata record that says what was imported.</summary>
    private const string MetadataName = "edgefusion.import";

    /// <summary>Imports a set.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="progress">Told after every segment; may be null.</param>
    /// <param name="stopping">Gives up; nothing is left behind.</param>
    /// <exception cref="ConfigurationException">The map is wrong or a filter matches nothing.</exception>
    /// <exception cref="RecordingException">
    /// The set does not fit the map, is damaged, or the recording cannot be written; names file, row and column.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static ImportReport Run(
        ImportOptions options, IProgress<ImportProgress>? progress = null, CancellationToken stopping = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImportMap map = ImportMapReader.Load(options.MapPath);
        if (File.Exists(options.ToPath) && !options.Overwrite)
        {
            throw new RecordingException(
                $"Cannot create the recording '{options.ToPath}': it exists. "
                + "Choose another name or allow overwriting.");
        }

        using ImportManifest manifest = ImportManifest.Load(options.FromFolder, map.Manifest);
        using ImportFolder folder = ImportFolder.Open(options.FromFolder, map.Archive);
        List<Segment> segments = SegmentList.Build(map, manifest, folder, options.Filters, options.Limit);
        if (segments.Count == 0)
        {
            throw new ConfigurationException(
                $"Cannot import '{options.FromFolder}': no segment passes the filters. Check the names and values.");
        }

        string part = options.ToPath + PartSuffix;
        try
        {
            using var sources = new RowSources(map, manifest, folder);
            ImportReport report = Write(map, sources, segments, part, progress, stopping);
            File.Move(part, options.ToPath, options.Overwrite);
            return report with { Bytes = new FileInfo(options.ToPath).Length };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(
                $"Cannot create the recording '{options.ToPath}': {fault.Message.TrimEnd('.')}. Choose another place.",
                fault);
        }
        finally
        {
            if (File.Exists(part))
            {
                File.Delete(part);
            }
        }
    }

    private static ImportReport Write(
        ImportMap map, RowSources sources, List<Segment> segments, string path, IProgress<ImportProgress>? progress,
        CancellationToken stopping)
    {
        McapWriter mcap = McapWriter.Create(path, RecordingWriter.FileOptions(), overwrite: true);
        using var writer = new RecordingWriter(mcap, new Timestamp(map.OriginNanoseconds));
        mcap.WriteMetadata(MetadataName, new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["map"] = map.Name,
            ["segments"] = segments.Count.ToString(CultureInfo.InvariantCulture),
        });
        var target = new SegmentWriter(map, sources, writer);
        for (int i = 0; i < segments.Count; i++)
        {
            stopping.ThrowIfCancellationRequested();
            target.Write(segments[i], stopping);
            progress?.Report(new ImportProgress(i + 1, segments.Count, target.Samples));
        }

        writer.Finish();
        ImmutableArray<ImportedStream>.Builder streams = ImmutableArray.CreateBuilder<ImportedStream>();
        foreach (ImportChannel channel in target.Channels)
        {
            streams.Add(new ImportedStream(
                channel.Info.Name, channel.Info.Modality, channel.SchemaName, channel.Samples, channel.Skipped));
        }

        return new ImportReport(
            map.Name, segments.Count, streams.ToImmutable(), target.Labels,
            target.End.Nanoseconds - map.OriginNanoseconds, Bytes: 0);
    }
}
