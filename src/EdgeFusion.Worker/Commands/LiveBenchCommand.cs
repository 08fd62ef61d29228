using System.CommandLine;
using EdgeFusion.Diagnostics;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion bench live: what the pipeline costs in real time without inference.</summary>
internal static class LiveBenchCommand
{
    public static Command Create()
    {
        var seconds = new Option<double>("--seconds")
        {
            Description = "Time to measure, after 3 s as warm-up.",
            DefaultValueFactory = _ => 20,
        };
        var each = new Option<bool>("--thread-per-sensor")
        {
            Description = "Wake a thread per sensor (1,630/s) rather than one for all (1,000/s).",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("live", "Run 1,630 messages/s in real time without inference.")
        {
            seconds, each, json,
        };
        command.SetAction((parsed, stopping) =>
        {
            double time = parsed.GetValue(seconds);
            if (time is not (>= 1 and <= 86_400))
            {
                throw new ConfigurationException($"--seconds is {time}, expected 1 to 86400.");
            }

            LiveResult result = LiveBench.Run(TimeSpan.FromSeconds(time), !parsed.GetValue(each), stopping);
            stopping.ThrowIfCancellationRequested();
            Figures(result).Print(parsed.GetValue(json));
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static BenchFigures Figures(LiveResult result)
    {
        var figures = new BenchFigures();
        figures.Add("seconds", "time", result.Seconds, 1, "s");
        figures.Add("messages_per_s", "messages/s", result.MessagesPerSecond);
        figures.Add("cpu_percent", "CPU of one core", result.CpuPercent, 2, "%");
        figures.Add("floor_cpu_percent", "floor (bare loop)", result.FloorCpuPercent, 2, "%");
        figures.Add("windows", "windows", result.Windows);
        figures.Add("skipped", "skipped windows", result.Skipped);
        Add(figures, "wait", "window end to cut", result.Stages.Wait);
        Add(figures, "ready", "last needed sample to cut", result.Stages.Ready);
        Add(figures, "bind", "cut to tensors", result.Stages.Bind);
        figures.Add("allocated_bytes", "allocated in all", result.AllocatedBytes, 0, "B");
        figures.AddMachine();
        return figures;
    }

    private static void Add(BenchFigures figures, string key, string label, LatencyHistogram stage)
    {
        figures.Add(key + "_p50_ms", label + ", p50", stage.PercentileNanoseconds(0.5) / 1e6, 3, "ms");
        figures.Add(key + "_p99_ms", label + ", p99", stage.PercentileNanoseconds(0.99) / 1e6, 3, "ms");
        figures.Add(key + "_max_ms", label + ", max", stage.MaxNanoseconds / 1e6, 3, "ms");
    }
}
