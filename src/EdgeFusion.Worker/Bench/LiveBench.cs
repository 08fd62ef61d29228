using System.Collections.Immutable;
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
/// <param name="AllocatedBytes">Managed bytes allocated by the whole process.</param>
/// <param name="Stages">Durations per stage.</param>
internal sealed record LiveResult(
    double Seconds, long Messages, long Windows, long Skipped, double CpuPercent, long AllocatedBytes,
    StageMeter Stages)
{
    /// <summary>Samples taken per second.</summary>
    public double MessagesPerSecond => Messages / Seconds;
}

/// <summary>The bench workload on the real clock through the real pipeline, without engine and sinks.</summary>
internal static class LiveBench
{
    // The first window ends after one second; by then everything has been compiled and allocated.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Runs the pipeline and measures after a warm-up of three seconds.</summary>
    /// <param name="time">Time to measure.</param>
    /// <param name="stopping">Ends the measurement early.</param>
    public static LiveResult Run(TimeSpan time, CancellationToken stopping)
    {
        var origin = new PaceOrigin(new Timestamp(0));
        byte[][] templates = BenchFeed.Templates();
        ImmutableArray<ISensor>.Builder sensors = ImmutableArray.CreateBuilder<ISensor>();
        for (int i = 0; i < templates.Length; i++)
        {
            sensors.Add(new BenchSensor(i, templates[i], origin));
        }

        var clock = new PipelineClock(TimeProvider.System);
        using var process = Process.GetCurrentProcess();
        using var pipeline = new FusionPipeline(
            new PipelineSetup { Manifest = BenchWorkload.Manifest, Sensors = sensors.ToImmutable() }, clock,
            NullObserver.Instance);
        pipeline.Start();
        stopping.WaitHandle.WaitOne(WarmUp);

        pipeline.Stages.Reset();
        long messages = Taken(pipeline);
        long windows = pipeline.Windows;
        long skipped = pipeline.SkippedWindows;
        process.Refresh();
        TimeSpan cpu = process.TotalProcessorTime;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long begin = Stopwatch.GetTimestamp();
        stopping.WaitHandle.WaitOne(time);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        process.Refresh();
        double used = (process.TotalProcessorTime - cpu).TotalSeconds;
        return new LiveResult(
            seconds, Taken(pipeline) - messages, pipeline.Windows - windows, pipeline.SkippedWindows - skipped,
            100 * used / seconds, allocated, pipeline.Stages);
    }

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
