using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using EdgeFusion.Recording.Import;
using EdgeFusion.Worker.Video;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion import: a data set as a recording, by a declarative map.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var map = new Option<string?>("--map")
        {
            Description = "Map (.json), e.g. config/imports/ur5-objects.json.",
        };
        var from = new Option<string?>("--from") { Description = "Folder of the data set." };
        var video = new Option<string?>("--video") { Description = "A video file instead of a data set." };
        var name = new Option<string>("--name")
        {
            Description = "Name of the camera that a video becomes.",
            DefaultValueFactory = _ => "camera",
        };
        var fps = new Option<double>("--fps")
        {
            Description = "Frames per second to take of a video, up to 1000.",
            DefaultValueFactory = _ => 30,
        };
        var to = new Option<string>("--to") { Description = "Recording (.mcap) to write.", Required = true };
        var limit = new Option<int?>("--limit") { Description = "Only the first so many segments." };
        var where = new Option<string[]>("--where")
        {
            Description = "Only segments whose AXIS=VALUE fits; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        var force = new Option<bool>("--force") { Description = "Replace an existing recording." };
        var command = new Command("import", """
            Turn a data set (npy, csv, jpg, png, wav; also inside a zip) into a labelled recording, or a video into one.

            Examples:
              edgefusion import --map config/imports/ur5-objects.json --from DIR --to ur5.mcap
              edgefusion import --video run.mp4 --fps 25 --to run.mcap
            """)
        {
            map, from, video, name, fps, to, limit, where, force,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => parsed.GetValue(video) is { } file
            ? Video(
                file, parsed.GetValue(to)!, parsed.GetValue(name)!, parsed.GetValue(fps), parsed.GetValue(force),
                stopping)
            : Run(
            new ImportOptions
            {
                MapPath = parsed.GetValue(map) ?? throw Incomplete(),
                FromFolder = parsed.GetValue(from) ?? throw Incomplete(),
                ToPath = parsed.GetValue(to)!,
                Limit = parsed.GetValue(limit),
                Filters = [.. Array.ConvertAll(parsed.GetValue(where)!, ImportFilter.Parse)],
                Overwrite = parsed.GetValue(force),
            },
            stopping)));
        return command;
    }

    private static ConfigurationException Incomplete() => new("import needs --map and --from, or --video.");

    private static int Video(
        string video, string to, string name, double fps, bool force, CancellationToken stopping)
    {
        if (fps is not (> 0 and <= 1000))
        {
            throw new ConfigurationException("--fps must be above 0 and at most 1000.");
        }

        Console.WriteLine(VideoImport.Run(video, to, name, fps, force, stopping));
        return ExitCode.Success;
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
