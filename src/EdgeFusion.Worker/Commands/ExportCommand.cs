using System.CommandLine;
using System.Globalization;
using EdgeFusion.Linux.Images;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Export;
using EdgeFusion.Worker.Export.LeRobot;
using EdgeFusion.Worker.Video;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion export: a recording as CSV, WAV and JPEG or MP4, or recordings as a LeRobot data set.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string[]> RecordingNames = new("recording")
    {
        Description = "Recording: .mcap, ROS 1 .bag, or folder of rosbag2. Several with --format lerobot.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "Folder to write; must not exist.",
        Required = true,
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "files: one or more per sensor; lerobot: a LeRobot v2.1 data set, an episode per recording.",
        DefaultValueFactory = _ => "files",
    };

    private static readonly Option<string> Frames = new("--frames")
    {
        Description = "Frames as jpeg files or one mp4 (H.264; by ffmpeg or gst-launch-1.0).",
        DefaultValueFactory = _ => "jpeg",
    };

    private static readonly Option<int> Quality = new("--quality")
    {
        Description = "JPEG quality, 1..100.",
        DefaultValueFactory = _ => 90,
    };

    private static readonly Option<double> Fps = new("--fps")
    {
        Description = "Instants per second of a LeRobot data set, up to 1000.",
        DefaultValueFactory = _ => 30,
    };

    private static readonly Option<string> Task = new("--task")
    {
        Description = "What the robot is doing, for a LeRobot data set.",
        DefaultValueFactory = _ => "unknown",
    };

    private static readonly Option<string> Action = new("--action")
    {
        Description = "Vector sensor that is the action of a LeRobot data set.",
        DefaultValueFactory = _ => "",
    };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong("files", "lerobot");
        Frames.AcceptOnlyFromAmong("jpeg", "mp4");
        var command = new Command("export", """
            Write each sensor of a recording to files (vectors to CSV, audio to WAV, frames to JPEG or MP4), or
            recordings as a LeRobot data set.

            Examples:
              edgefusion export run.mcap --to run/ --frames mp4
              edgefusion export run1.mcap run2.mcap --to set/ --format lerobot --fps 30 --task "sort the parts"
            """)
        {
            RecordingNames, To, Format, Frames, Quality, Fps, Task, Action,
        };
        command.SetAction((parsed, stopping) => System.Threading.Tasks.Task.Run(() => Run(parsed, stopping)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken stopping)
    {
        string[] recordings = parsed.GetValue(RecordingNames)!;
        string folder = parsed.GetValue(To)!;
        int quality = parsed.GetValue(Quality);
        double fps = parsed.GetValue(Fps);
        bool isSet = parsed.GetValue(Format) == "lerobot";
        if (Path.Exists(folder))
        {
            throw new ConfigurationException($"'{folder}' exists; choose another folder.");
        }

        if (quality is < 1 or > 100 || fps is not (> 0 and <= 1000) || (!isSet && recordings.Length > 1))
        {
            throw new ConfigurationException(
                "--quality must be 1..100, --fps up to 1000; several recordings need --format lerobot.");
        }

        Recordings.Require(recordings);
        if ((isSet || parsed.GetValue(Frames) == "mp4") && VideoPrograms.WhyNotWrite() is { } obstacle)
        {
            throw new ConfigurationException(obstacle);
        }

        if (!isSet)
        {
            return ToFiles(
                recordings[0], folder, parsed.GetValue(Frames) == "mp4" ? null : () => new TurboJpegEncoder(quality),
                stopping);
        }

        var dataset = new LeRobotDataset(folder, fps, parsed.GetValue(Task)!, parsed.GetValue(Action)!);
        List<int> lengths = dataset.Write(recordings, stopping);
        for (int i = 0; i < lengths.Count; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{recordings[i]}: episode {i} of {lengths[i]} instants"));
        }

        return ExitCode.Success;
    }

    private static int ToFiles(
        string recording, string folder, Func<IImageEncoder>? images, CancellationToken stopping)
    {
        using RecordingFeed feed = Recordings.OpenFeed(recording);
        Directory.CreateDirectory(folder);
        var exports = new List<SensorExport>();
        try
        {
            foreach (SensorInfo sensor in feed.Sensors)
            {
                exports.Add(SensorExport.For(sensor, folder, images));
            }

            var payload = new byte[SensorInfo.LargestSample(feed.Sensors)];
            while (!stopping.IsCancellationRequested && feed.TryAdvance(out int sensor, out SampleHeader header))
            {
                feed.Fill(payload.AsSpan(0, header.Length));
                exports[sensor].Write(header, payload.AsSpan(0, header.Length));
            }

            exports.ForEach(export => export.Finish());
        }
        finally
        {
            exports.ForEach(export => export.Dispose());
        }

        foreach (SensorExport export in exports)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{export.Target}: {export.Samples} samples"));
        }

        return stopping.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
    }
}
