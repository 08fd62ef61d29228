using System.Diagnostics;
using EdgeFusion.Pipeline;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>Result of <see cref="WindowingBench"/>.</summary>
internal sealed record WindowingResult(
    long Windows, double WindowsPerSecond, double CpuMicrosecondsPerWindow, double AllocatedBytesPerWindow,
    double FloorCpuMicrosecondsPerWindow, int Collections, double PeakRssMegabytes);

/// <summary>Cuts and binds windows of the bench workload on virtual time, as fast as it goes, beside the
/// floor.</summary>
internal static class WindowingBench
{
    private const long WindowNanoseconds = 100_000_000;

    /// <summary>Runs floor and pipeline alternately, so that both see the same machine, and adds up.</summary>
    /// <param name="windows">Windows to measure, after a tenth of that as warm-up.</param>
    public static WindowingResult Run(long windows)
    {
        const int Rounds = 5;
        var start = new Timestamp(1_000_000_000_000);
        using var feed = new BenchFeed(start);
        using var pipeline = new VirtualPipeline(
            new VirtualSetup { Manifest = BenchWorkload.Manifest, Origin = start }, feed.Sensors);
        var floor = new BareLoop();

        feed.EndNanoseconds = WindowNanoseconds * Math.Max(200, windows / 10);
        pipeline.RunOn(feed);
        floor.Run(Math.Max(200, windows / 10));

        long share = Math.Max(1, windows / Rounds);
        double floorCpu = 0;
        double cpu = 0;
        double wall = 0;
        long allocated = 0;
        long done = 0;
        int collections = GC.CollectionCount(0);
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
            floor.Run(share);
            TimeSpan middle = Process.GetCurrentProcess().TotalProcessorTime;
            floorCpu += (middle - before).TotalMicroseconds;

            long windowsBefore = pipeline.Windows;
            long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            long clock = Stopwatch.GetTimestamp();
            middle = Process.GetCurrentProcess().TotalProcessorTime;
            bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            feed.EndNanoseconds += WindowNanoseconds * share;
            pipeline.RunOn(feed);
            allocated += GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
            wall += Stopwatch.GetElapsedTime(clock).TotalSeconds;
            cpu += (Process.GetCurrentProcess().TotalProcessorTime - middle).TotalMicroseconds;
            done += pipeline.Windows - windowsBefore;
        }

        return new WindowingResult(
            done, done / wall, cpu / done, allocated / (double)done, floorCpu / (Rounds * share),
            GC.CollectionCount(0) - collections, Process.GetCurrentProcess().PeakWorkingSet64 / 1e6);
    }
}
