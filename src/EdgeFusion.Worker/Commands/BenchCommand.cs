using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion bench ...</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Measure this machine: windowing, live, engine, pipeline.");
        command.Subcommands.Add(Windowing());
        command.Subcommands.Add(EngineBenchCommand.Create());
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
            WindowingResult result = WindowingBench.Run(parsed.GetValue(windows));
            Print(result, parsed.GetValue(json));
        });
        return command;
    }

    private static void Print(WindowingResult result, bool json)
    {
        if (json)
        {
            using var writer = new Utf8JsonWriter(Console.OpenStandardOutput());
            writer.WriteStartObject();
            writer.WriteNumber("windows", result.Windows);
            writer.WriteNumber("windows_per_s", Math.Round(result.WindowsPerSecond, 1));
            writer.WriteNumber("cpu_us_per_window", Math.Round(result.CpuMicrosecondsPerWindow, 2));
            writer.WriteNumber("allocated_bytes_per_window", Math.Round(result.AllocatedBytesPerWindow, 3));
            writer.WriteNumber("floor_cpu_us_per_window", Math.Round(result.FloorCpuMicrosecondsPerWindow, 2));
            writer.WriteNumber("gen0_collections", result.Collections);
            writer.WriteNumber("peak_rss_mb", Math.Round(result.PeakRssMegabytes, 1));
            writer.WriteEndObject();
            return;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            windows                 {result.Windows}
            windows/s               {result.WindowsPerSecond:F0}
            CPU per window          {result.CpuMicrosecondsPerWindow:F1} us
            floor (bare loop)       {result.FloorCpuMicrosecondsPerWindow:F1} us
            allocated per window    {result.AllocatedBytesPerWindow:F3} B
            gen 0 collections       {result.Collections}
            peak RSS                {result.PeakRssMegabytes:F0} MB
            """));
    }
}
