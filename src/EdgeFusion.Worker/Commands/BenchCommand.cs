using System.CommandLine;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion bench ...</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Measure this machine: windowing, live, engine, pipeline.");
        command.Subcommands.Add(Windowing());
        command.Subcommands.Add(LiveBenchCommand.Create());
        command.Subcommands.Add(EngineBenchCommand.Create());
        command.Subcommands.Add(PipelineBenchCommand.Create());
        return command;
    }

    private static Command Windowing()
    {
        var windows = new Option<long>("--windows")
        {
            Description = "Windows to measure.",
            DefaultValueFactory = _ => 20_000,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("windowing", "Cut and bind windows on virtual time, as fast as it goes.")
        {
            windows, json,
        };
        command.SetAction(parsed =>
        {
            long count = parsed.GetValue(windows);
            if (count is < 100 or > 100_000_000)
            {
                throw new ConfigurationException($"--windows is {count}, expected 100 to 100000000.");
            }

            Figures(WindowingBench.Run(count)).Print(parsed.GetValue(json));
        });
        return command;
    }

    private static BenchFigures Figures(WindowingResult result)
    {
        var figures = new BenchFigures();
        figures.Add("windows", "windows", result.Windows);
        figures.Add("windows_per_s", "windows/s", result.WindowsPerSecond);
        figures.Add("cpu_us_per_window", "CPU per window", result.CpuMicrosecondsPerWindow, 2, "us");
        figures.Add("floor_cpu_us_per_window", "floor (bare loop)", result.FloorCpuMicrosecondsPerWindow, 2, "us");
        figures.Add("allocated_bytes_per_window", "allocated per window", result.AllocatedBytesPerWindow, 3, "B");
        figures.Add("gen0_collections", "gen 0 collections", result.Collections);
        figures.Add("peak_rss_mb", "peak RSS", result.PeakRssMegabytes, 1, "MB");
        figures.AddMachine();
        return figures;
    }
}
