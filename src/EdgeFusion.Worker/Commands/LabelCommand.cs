using System.CommandLine;
using System.Globalization;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Export;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion label: a recording with labels merged in.</summary>
internal static class LabelCommand
{
    private const int Columns = 4;

    public static Command Create()
    {
        var recording = new Argument<string>("recording")
        {
            Description = "Recording (.mcap, ROS 1 .bag, folder of rosbag2); never changed.",
        };
        var labels = new Option<string>("--labels")
        {
            Description = "CSV: head,label,start,end; times in s from the recording's start, or in ns since 1970.",
            Required = true,
        };
        var to = new Option<string>("--to") { Description = "Recording to write.", Required = true };
        var replace = new Option<bool>("--replace") { Description = "Leave out the labels that are there." };
        var command = new Command("label", """
            Write a recording again with labels merged in.

            Example: edgefusion label run.mcap --labels labels.csv --to labelled.mcap
            """)
        {
            recording, labels, to, replace,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(
            parsed.GetValue(recording)!, parsed.GetValue(labels)!, parsed.GetValue(to)!, parsed.GetValue(replace),
            stopping)));
        return command;
    }

    private static int Run(string recording, string labels, string to, bool replace, CancellationToken stopping)
    {
        using var file = McapIndexedReader.Open(recording, Recordings.ReadOptions());
        using IChunkCodec? codec = Recordings.Codec("zstd");
        List<LabelSpan> spans = Read(labels, McapTime.ToTimestamp(file.StartTime ?? 0));
        var options = new McapWriterOptions
        {
            Profile = file.Header.Profile,
            Library = file.Header.Library,
            Codec = codec,
            SelfContainedChunks = true,
        };
        using var mcap = McapWriter.Create(to, options);
        long copied = McapCopy.To(
            mcap, file, topic => !(replace && topic == RecordingTopics.Labels), spans, stopping);
        mcap.Finish();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{to}: {copied} messages, {spans.Count} labels added"));
        return ExitCode.Success;
    }

    private static List<LabelSpan> Read(string path, Timestamp start)
    {
        var spans = new List<LabelSpan>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] cells = line.Split(',');
            if (line.Length == 0 || (number == 1 && cells[0].Trim() == "head"))
            {
                continue;
            }

            if (cells.Length != Columns || !TryTime(cells[2], start, out Timestamp from)
                || !TryTime(cells[3], start, out Timestamp end) || end <= from)
            {
                throw new ConfigurationException(
                    $"{path}:{number}: '{line}' is not head,label,start,end with the end after the start.");
            }

            spans.Add(new LabelSpan(cells[0].Trim(), cells[1].Trim(), from, end));
        }

        return spans;
    }

    /// <summary>Whole numbers above 10^12 are ns since 1970, everything else seconds from the start.</summary>
    private static bool TryTime(string text, Timestamp start, out Timestamp time)
    {
        const long SmallestNanoseconds = 1_000_000_000_000;
        time = start;
        if (long.TryParse(text.Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out long nanoseconds)
            && nanoseconds >= SmallestNanoseconds)
        {
            time = new Timestamp(nanoseconds);
            return true;
        }

        bool good = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && Math.Abs(seconds) < 1e8;
        time = good ? start + TimeSpan.FromSeconds(seconds) : start;
        return good;
    }
}
