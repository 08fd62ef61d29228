using System.Diagnostics;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Soak.Gates;

/// <summary>Recording the bench workload to a file system in memory: what encoding, CRC and the kernel cost.</summary>
internal static class WritingGate
{
    private const string Memory = "/dev/shm";
    private const string Name = "recording: writing with CRC to memory";

    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        if (!Directory.Exists(Memory))
        {
            yield return Verdict.Skipped(Name, $"there is no {Memory}");
            yield break;
        }

        // A container may have 64 MiB there: files are as large as half of what is free, and as many as it takes.
        long file = Math.Min(256L << 20, new DriveInfo(Memory).AvailableFreeSpace / 2);
        if (file < 1 << 20)
        {
            yield return Verdict.Skipped(Name, $"{Memory} has no room");
            yield break;
        }

        double fastest = 0;
        for (int round = 0; round < SoakPlan.Rounds; round++)
        {
            double seconds = 0;
            long written = 0;
            while (written < plan.WrittenBytes)
            {
                written += WriteFile(file, ref seconds);
            }

            fastest = Math.Max(fastest, written / 1e6 / seconds);
        }

        yield return Verdict.AtLeast(Name, fastest, Budgets.WritingMegabytesPerSecond, "MB/s");
    }

    /// <returns>Bytes of payload written.</returns>
    private static long WriteFile(long bytes, ref double seconds)
    {
        string path = Path.Combine(Memory, "edgefusion-soak-" + Path.GetRandomFileName());
        try
        {
            long begin = Stopwatch.GetTimestamp();
            long written = Fill(path, bytes);
            seconds += Stopwatch.GetElapsedTime(begin).TotalSeconds;
            return written;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static long Fill(string path, long bytes)
    {
        var start = new Timestamp(1_000_000_000_000);
        byte[][] payloads = BenchFeed.Templates();
        using var feed = new BenchFeed(start) { EndNanoseconds = long.MaxValue };
        using var writer = new RecordingWriter(McapWriter.Create(path, RecordingWriter.FileOptions()), start);
        foreach (SensorInfo sensor in feed.Sensors)
        {
            writer.AddSensor(sensor, start);
        }

        long written = 0;
        while (written < bytes && feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            writer.WriteSample(sensor, header, payloads[sensor]);
            written += header.Length;
        }

        writer.Finish();
        return written;
    }
}
