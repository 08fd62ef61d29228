using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using EdgeFusion.Recording.Import;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion import: a data set as a recording, by a declarative map.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var map = new Option<string>("--map")
        {
            Description = "Map (.json), e.g. config/imports/ur5-objects.json.",
            Required = true,
        };
        var from = new Option<string>("--from") { Description = "Folder of the data set.", Required = true };
        var to = new Option<string>("--to") { Description = "Recording (.mcap) to write.", Required = true };
        var limit = new Option<int?>("--limit") { Description = "Only the first so many segments." };
        var where = new Option<string[]>("--where")
        {
            Description = "Only segments whose AXIS=VALUE fits; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        var force = new Option<bool>("--force") { Description = "Replace an existing recording." };
        var command = new Command("import", """
            Turn a data set (npy, csv, jpg, png, wav; also inside a zip) into a labelled recording.

            Example:
              edgefusion import --map config/imports/ur5-objects.json --from DIR --to ur5.mcap
            """)
        {
            map, from, to, limit, where, force,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(
            new ImportOptions
            {
                MapPath = parsed.GetValue(map)!,
                FromFolder = parsed.GetValue(from)!,
                ToPath = parsed.GetValue(to)!,
                Limit = parsed.GetValue(limit),
                Filters = [.. Array.ConvertAll(parsed.GetValue(where)!, ImportFilter.Parse)],
                Overwrite = parsed.GetValue(force),
            },
            stopping)));
        return command;
    }

    private static int Run(ImportOptions options, CancellationToken stopping)
    {
        ImportReport? report = null;
        ProgressLine.Run("importing", fraction => report = Importer.Run(
            options, new Inline(progress => fraction(progress.Segments / (double)progress.SegmentsTotal)), stopping));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.ToPath}: {report!.Segments} segments, {report.Labels} labels, "
            + $"{report.DurationNanoseconds / 1e9:F1} s, {report.Bytes / 1e6:F1} MB"));
        foreach (ImportedStream stream in report.Streams)
        {
            string skipped = stream.Skipped == 0 ? "" : string.Create(
                CultureInfo.InvariantCulture, $", {stream.Skipped} rows left out");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  /{stream.Name} ({stream.Modality}): {stream.Samples} samples as {stream.SchemaName}{skipped}"));
        }

        return ExitCode.Success;
    }

    /// <summary>Reports on the importing thread; Progress of T would post to the pool.</summary>
    private sealed class Inline(Action<ImportProgress> report) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => report(value);
    }
}
