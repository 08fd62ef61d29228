using System.Diagnostics;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Soak.Gates;

/// <summary>Replay of a recording of the two vector sensors (1 kHz and 500 Hz) into windows, without
/// inference.</summary>
internal static class ReplayGate
{
    private static readonly string[] Vectors = ["force", "joints"];

    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgefusion-soak-");
        try
        {
            string path = Path.Combine(folder.FullName, "vectors.mcap");
            long messages = Write(path, plan.Recording);
            double fastest = 0;
            long windows = 0;
            for (int round = 0; round < SoakPlan.Rounds; round++)
            {
                long begin = Stopwatch.GetTimestamp();
                windows = Replay(path);
                double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
                fastest = Math.Max(fastest, plan.Recording.TotalSeconds / seconds);
            }

            yield return Verdict.AtLeast(
                $"replay: {messages} vectors into {windows} windows", fastest, Budgets.ReplaySpeed, "x real time");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Writes a recording of the vector sensors.</summary>
    /// <returns>Messages written.</returns>
    public static long Write(string path, TimeSpan length)
    {
        var start = new Timestamp(1_000_000_000_000);
        byte[][] payloads = BenchFeed.Templates();
        int[] channels = new int[payloads.Length];
        using var feed = new BenchFeed(start) { EndNanoseconds = (long)length.TotalNanoseconds };
        using var writer = new RecordingWriter(McapWriter.Create(path, RecordingWriter.FileOptions()), start);
        for (int i = 0; i < feed.Sensors.Count; i++)
        {
            channels[i] = Vectors.Contains(feed.Sensors[i].Name) ? writer.AddSensor(feed.Sensors[i], start) : -1;
        }

        while (feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            if (channels[sensor] >= 0)
            {
                writer.WriteSample(channels[sensor], header, payloads[sensor]);
            }
        }

        writer.Finish();
        return writer.Messages;
    }

    private static long Replay(string path)
    {
        using RecordingFeed feed = Recordings.OpenFeed(path);
        using var pipeline = new VirtualPipeline(
            new VirtualSetup { Manifest = BenchWorkload.Manifest, Origin = feed.Origin }, feed.Sensors);
        pipeline.Run(feed);
        return pipeline.Windows;
    }
}
