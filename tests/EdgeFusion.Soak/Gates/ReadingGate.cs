using System.Diagnostics;
using EdgeFusion.Pipeline;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Soak.Gates;

/// <summary>
/// Reading a recording of the four streams of two gigabytes, warm and uncompressed: how fast, how much is allocated,
/// how long a seek takes, and how much memory it takes in all. Then replay of it into windows without inference.
/// </summary>
internal static class ReadingGate
{
    private const long FileBytes = 2L << 30;
    private const int Seeks = 50;
    private const double ReplayedSeconds = 120;

    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        if (new DriveInfo(folder).AvailableFreeSpace < 2 * FileBytes)
        {
            return [Verdict.Skipped("reading", $"{folder} has no room for {FileBytes >> 20} MiB")];
        }

        string path = Path.Combine(folder, "edgefusion-soak-" + Path.GetRandomFileName());
        try
        {
            Fill(path);
            return [.. Read(path), Seek(path), Memory(), Replay(path)];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Fill(string path)
    {
        var start = new Timestamp(1_000_000_000_000);
        byte[][] payloads = BenchFeed.Templates();
        using var feed = new BenchFeed(start) { EndNanoseconds = long.MaxValue };
        using var writer = new RecordingWriter(McapWriter.Create(path, RecordingWriter.FileOptions()), start);
        foreach (SensorInfo sensor in feed.Sensors)
        {
            writer.AddSensor(sensor, start);
        }

        while (writer.BytesWritten < FileBytes && feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            writer.WriteSample(sensor, header, payloads[sensor]);
        }

        writer.Finish();
    }

    private static IEnumerable<Verdict> Read(string path)
    {
        double fastest = 0;
        double allocated = double.MaxValue;
        for (int round = 0; round < SoakPlan.Rounds; round++)
        {
            using RecordingFeed feed = Recordings.OpenFeed(path);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long bytes = 0;
            TimeSpan begin = Environment.CpuUsage.TotalTime;
            while (feed.TryAdvance(out _, out SampleHeader header))
            {
                bytes += header.Length;
            }

            fastest = Math.Max(fastest, bytes / 1e6 / (Environment.CpuUsage.TotalTime - begin).TotalSeconds);
            allocated = Math.Min(allocated, 100.0 * (GC.GetAllocatedBytesForCurrentThread() - before) / bytes);
        }

        yield return Verdict.AtLeast(
            "reading: warm, uncompressed, CRC checked", fastest, Budgets.ReadingMegabytesPerSecond, "MB/s of a core");
        yield return Verdict.AtMost(
            "reading: allocated bytes of the payload", allocated, Budgets.ReadingAllocatedPercent, "%");
    }

    private static Verdict Seek(string path)
    {
        using RecordingFeed feed = Recordings.OpenFeed(path);
        var random = new Random(1);
        double worst = 0;
        for (int i = 0; i < Seeks; i++)
        {
            Timestamp to = feed.Origin + (random.NextDouble() * TimeSpan.FromSeconds(feed.DurationSeconds));
            double best = double.MaxValue;
            for (int round = 0; round < SoakPlan.Rounds; round++)
            {
                long begin = Stopwatch.GetTimestamp();
                feed.Seek(to);
                feed.TryAdvance(out _, out _);
                best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            worst = Math.Max(worst, best);
        }

        return Verdict.AtMost($"reading: slowest of {Seeks} seeks in 2 GiB", worst, Budgets.SeekMilliseconds, "ms");
    }

    /// <summary>The most memory of this process so far, the runtime and all of reading included.</summary>
    private static Verdict Memory()
    {
        using var self = Process.GetCurrentProcess();
        return Verdict.AtMost(
            "reading: resident memory at its peak", self.PeakWorkingSet64 / 1048576.0, Budgets.ReadingMegabytes, "MiB");
    }

    private static Verdict Replay(string path)
    {
        double fastest = 0;
        for (int round = 0; round < SoakPlan.Rounds; round++)
        {
            using RecordingFeed feed = Recordings.OpenFeed(path);
            feed.Restrict(feed.Origin, feed.Origin + TimeSpan.FromSeconds(ReplayedSeconds));
            using var pipeline = new VirtualPipeline(
                new VirtualSetup { Manifest = BenchWorkload.Manifest, Origin = feed.Origin }, feed.Sensors);
            TimeSpan begin = Environment.CpuUsage.TotalTime;
            pipeline.Run(feed);
            double seconds = (Environment.CpuUsage.TotalTime - begin).TotalSeconds;
            fastest = Math.Max(fastest, ReplayedSeconds / seconds);
        }

        return Verdict.AtLeast(
            "replay: four streams without inference", fastest, Budgets.ReplaySpeed, "x real time per core");
    }
}
