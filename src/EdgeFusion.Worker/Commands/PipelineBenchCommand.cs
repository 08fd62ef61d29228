using System.CommandLine;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion bench pipeline: each stage with a real model, and the overhead over the bare run.</summary>
internal static class PipelineBenchCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "Name or path of the model.",
            DefaultValueFactory = _ => "workcell",
        };
        var windows = new Option<int>("--windows")
        {
            Description = "Windows to measure, after 20 as warm-up.",
            DefaultValueFactory = _ => 300,
        };
        var providers = new Option<string[]>("--providers")
        {
            Description = "Execution providers in order of preference.",
            DefaultValueFactory = _ => ["cpu"],
            AllowMultipleArgumentsPerToken = true,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("pipeline", "Time each stage of the simulated cell, and the model's run alone.")
        {
            model, windows, providers, json,
        };
        command.SetAction((parsed, stopping) =>
        {
            int count = parsed.GetValue(windows);
            if (count is < 10 or > 1_000_000)
            {
                throw new ConfigurationException($"--windows is {count}, expected 10 to 1000000.");
            }

            ModelBundle bundle = ModelBundle.Open(ModelPaths.Resolve(parsed.GetValue(model)!));
            var options = new OnnxEngineOptions { Providers = [.. parsed.GetValue(providers)!] };
            using OnnxEngine engine = OnnxEngine.Create(bundle, options);
            Figures(bundle.Manifest.Name, PipelineBench.Run(engine, count, stopping)).Print(parsed.GetValue(json));
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static BenchFigures Figures(string model, PipelineResult result)
    {
        var figures = new BenchFigures();
        figures.Add("model", "model", model);
        figures.Add("provider", "provider", result.Engine.Provider);
        figures.Add("device", "device", result.Engine.Device);
        figures.Add("precision", "precision", result.Engine.Precision);
        figures.Add("windows", "windows", result.Total.Count);
        Add(figures, "bind", "bind", result.Bind);
        Add(figures, "infer", "infer", result.Infer);
        Add(figures, "decode", "decode", result.Decode);
        Add(figures, "total", "bind + infer + decode", result.Total);
        Add(figures, "bare_run", "bare run", result.Bare);
        figures.Add("overhead_percent", "overhead over the bare run", result.OverheadPercent, 2, "%");
        figures.Add(
            "overhead_fastest_tenth_percent", "overhead, fastest tenth", result.FastestOverheadPercent, 2, "%");
        figures.Add(
            "allocated_bytes_per_window", "allocated per window", result.AllocatedBytesPerWindow, 3, "B");
        figures.AddMachine();
        return figures;
    }

    private static void Add(BenchFigures figures, string key, string label, Series stage)
    {
        figures.Add(key + "_p50_us", label + ", p50", stage.Percentile(0.5) / 1e3, 1, "us");
        figures.Add(key + "_p99_us", label + ", p99", stage.Percentile(0.99) / 1e3, 1, "us");
        figures.Add(key + "_max_us", label + ", max", stage.Percentile(1) / 1e3, 1, "us");
    }
}
