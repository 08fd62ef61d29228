using System.CommandLine;
using System.Globalization;
using EdgeFusion.Linux.Images;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Export;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion export: a recording as CSV, WAV and JPEG.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var recording = new Argument<string>("recording")
        {
            Description = "Recording: .mcap, ROS 1 .bag, or folder of rosbag2.",
        };
        var to = new Option<string>("--to") { Description = "Folder to write; must not exist.", Required = true };
        var quality = new Option<int>("--quality")
        {
            Description = "JPEG quality, 1..100.",
            DefaultValueFactory = _ => 90,
        };
        var command = new Command("export", """
            Write each sensor of a recording to files: vectors to CSV, audio to WAV, frames to JPEG.

            Example: edgefusion export run.mcap --to run/
            """)
        {
            recording, to, quality,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(
            parsed.GetValue(recording)!, parsed.GetValue(to)!, parsed.GetValue(quality), stopping)));
        return command;
    }

    private static int Run(string recording, string folder, int quality, CancellationToken stopping)
    {
        if (quality is < 1 or > 100 || Directory.Exists(folder) || File.Exists(folder))
        {
            throw new ConfigurationException(quality is < 1 or > 100
                ? "--quality must be 1..100."
                : $"'{folder}' exists; choose another folder.");
        }

        using RecordingFeed feed = Recordings.OpenFeed(recording);
        Directory.CreateDirectory(folder);
        var exports = new List<SensorExport>();
        try
        {
            foreach (SensorInfo sensor in feed.Sensors)
            {
                exports.Add(SensorExport.For(sensor, folder, () => new TurboJpegEncoder(quality)));
            }

            var payload = new byte[RecordingLimits.LargestSample(feed.Sensors)];
            while (!stopping.IsCancellationRequested && feed.TryAdvance(out int sensor, out SampleHeader header))
            {
                feed.Fill(payload.AsSpan(0, header.Length));
                exports[sensor].Write(header, payload.AsSpan(0, header.Length));
            }
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
