using System.Diagnostics;
using EdgeFusion.Diagnostics;
using EdgeFusion.Pipeline;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Bench;

/// <summary>Result of <see cref="LiveBench"/>.</summary>
/// <param name="Seconds">Time measured.</param>
/// <param name="Messages">Samples taken by the rings.</param>
/// <param name="Windows">Windows cut.</param>
/// <param name="Skipped">Windows skipped because the pipeline was late.</param>
/// <param name="CpuPercent">Processor time of the whole process in percent of one core.</param>
/// <param name="FloorCpuPercent">The same of the bare loop that wakes every millisecond.</param>
/// <param name="AllocatedBytes">Managed bytes allocated by the whole process.</param>
/// <param name="Stages">Durations per stage.</param>
internal sealed record LiveResult(
    double Seconds, long Messages, long Windows, long Skipped, double CpuPercent,
    double FloorCpuPercent, long AllocatedBytes, StageMeter Stages)
{
    /// <summary>Samples taken per second.</summary>
    public double MessagesPerSecond => Messages / Seconds;
}

/// <summary>The bench workload on the real clock through the real pipeline, without engine and sinks.</summary>
internal static class LiveBench
{
    // The first window ends after one second; by then everything has been compiled and allocated.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Runs the pipeline, then for a third of the time the bare loop; each after a warm-up.</summary>
    /// <param name="time">Time to measure the pipeline.</param>
    /// <param name="shared">Whether one thread acquires for all sensors, or each for its own.</param>
    /// <param name="stopping">Ends the measurement early.</param>
    public static LiveResult Run(TimeSpan time, bool shared, CancellationToken stopping)
    {
        var clock = new PipelineClock(TimeProvider.System);
        LiveResult result = Measure(time, new BenchDriver(shared), clock, stopping);
        var floor = new BareLoop();
        floor.RunLive(clock, WarmUp / 6, stopping);
        TimeSpan floorTime = time / 3;
        double used = CpuSeconds();
        long begin = Stopwatch.GetTimestamp();
        floor.RunLive(clock, floorTime, stopping);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return result with { FloorCpuPercent = 100 * (CpuSeconds() - used) / seconds };
    }

    private static LiveResult Measure(
        TimeSpan time, BenchDriver driver, PipelineClock clock, CancellationToken stopping)
    {
        using var pipeline = new FusionPipeline(
            new PipelineSetup { Manifest = BenchWorkload.Manifest, Sensors = driver.Sensors() }, clock,
            NullObserver.Instance);
        pipeline.Start();
        stopping.WaitHandle.WaitOne(WarmUp);

        pipeline.Stages.Reset();
        long messages = Taken(pipeline);
        long windows = pipeline.Windows;
        long skipped = pipeline.SkippedWindows;
        double cpu = CpuSeconds();
        long begin = Stopwatch.GetTimestamp();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        stopping.WaitHandle.WaitOne(time);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        double used = CpuSeconds() - cpu;
        return new LiveResult(
            seconds, Taken(pipeline) - messages, pipeline.Windows - windows, pipeline.SkippedWindows - skipped,
            100 * used / seconds, 0, allocated, pipeline.Stages);
    }

    private static double CpuSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static long Taken(FusionPipeline pipeline)
    {
        long sum = 0;
        foreach (SensorHost sensor in pipeline.Sensors)
        {
            sum += sensor.Gate.Count(SampleRejection.None);
        }

        return sum;
    }
}
