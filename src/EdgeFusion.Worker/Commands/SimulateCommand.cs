using System.CommandLine;
using System.Globalization;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Simulator;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion simulate: a labelled recording of the simulated work cell.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "Recording to write.", Required = true };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Decides everything that is random.",
            DefaultValueFactory = _ => 1,
        };
        var episodes = new Option<long>("--episodes")
        {
            Description = "Objects handled, 15 s each.",
            DefaultValueFactory = _ => 4,
        };
        var compression = new Option<string>("--compression")
        {
            Description = "none, lz4 or zstd.",
            DefaultValueFactory = _ => "zstd",
        };
        var command = new Command("simulate", """
            Write a labelled recording of the simulated work cell (same seed, same bytes), or with the name of a device
            stand in for that device until Ctrl+C.

            Examples:
              edgefusion simulate --seed 7 --episodes 10 --to cell.mcap
              edgefusion simulate robotiq --link ./robotiq
            """)
        {
            to, seed, episodes, compression,
        };
        foreach (Command device in DeviceSimulationCommands.Create())
        {
            command.Subcommands.Add(device);
        }

        foreach (Command bridge in RosSimulationCommands.Create())
        {
            command.Subcommands.Add(bridge);
        }

        command.SetAction((parsed, stopping) => Task.FromResult(Run(
            parsed.GetValue(to)!,
            new WorkCellOptions { Seed = parsed.GetValue(seed), Episodes = parsed.GetValue(episodes) },
            parsed.GetValue(compression)!, stopping)));
        return command;
    }

    private static int Run(string path, WorkCellOptions options, string compression, CancellationToken stopping)
    {
        if (options.Episodes < 1)
        {
            throw new ConfigurationException("--episodes must be at least 1: a recording has an end.");
        }

        var cell = new WorkCell(options);
        using IChunkCodec? codec = Recordings.Codec(compression);
        using var feed = new MergedFeed(cell.CreateSources());
        using var writer = new RecordingWriter(
            McapWriter.Create(path, RecordingWriter.FileOptions(codec), overwrite: true), options.Start);
        foreach (SensorInfo sensor in feed.Sensors)
        {
            writer.AddSensor(sensor, options.Start);
        }

        foreach (LabelInterval label in cell.Labels())
        {
            writer.WriteLabel(new LabelSpan(label.Head, label.Label, label.Start, label.End));
        }

        ProgressLine.Run("simulating", report => Copy(feed, writer, cell, report, stopping));
        writer.Finish();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: {options.Episodes} objects, {writer.Messages} messages, {writer.BytesWritten / 1e6:F1} MB"));
        return stopping.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
    }

    private static void Copy(
        MergedFeed feed, RecordingWriter writer, WorkCell cell, Action<double> report, CancellationToken stopping)
    {
        var payload = new byte[SensorInfo.LargestSample(feed.Sensors)];
        double length = cell.End.NanosecondsSince(cell.Options.Start);
        long count = 0;
        while (!stopping.IsCancellationRequested && feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            feed.Fill(payload.AsSpan(0, header.Length));
            writer.WriteSample(sensor, header, payload.AsSpan(0, header.Length));
            if (count++ % 1_000 == 0)
            {
                report(header.Arrival.NanosecondsSince(cell.Options.Start) / length);
            }
        }
    }
}
