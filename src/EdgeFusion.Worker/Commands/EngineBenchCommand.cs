using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Worker.Bench;

namespace EdgeFusion.Worker.Commands;

/// <summary>edgefusion bench engine: parity and latency of each model on each provider.</summary>
internal static class EngineBenchCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--models")
        {
            Description = "Folder of the models.",
            DefaultValueFactory = _ => "models",
        };
        var model = new Option<string[]>("--model") { Description = "Name or path; default: all in the folder." };
        var providers = new Option<string[]>("--providers")
        {
            Description = "Providers to compare with the CPU: cuda, tensorrt.",
            AllowMultipleArgumentsPerToken = true,
        };
        var runs = new Option<int>("--runs") { Description = "Runs to time.", DefaultValueFactory = _ => 1000 };
        var threads = new Option<int>("--threads")
        {
            Description = "CPU threads within an operator.",
            DefaultValueFactory = _ => 1,
        };
        var half = new Option<bool>("--half") { Description = "Half precision where the provider offers it." };
        var json = new Option<bool>("--json") { Description = "Print one JSON array." };
        var command = new Command("engine", "Compare the providers with training and the CPU, and time them.")
        {
            folder, model, providers, runs, threads, half, json,
        };
        command.SetAction(parsed =>
        {
            var options = new OnnxEngineOptions
            {
                IntraOpThreads = parsed.GetValue(threads),
                HalfPrecision = parsed.GetValue(half),
            };
            List<EngineResult> results = Run(
                new ModelCatalog(parsed.GetValue(folder)!), parsed.GetValue(model) ?? [],
                parsed.GetValue(providers) ?? [], options, parsed.GetValue(runs));
            Print(results, parsed.GetValue(json));
            return results.TrueForAll(result => result.IsOk) ? ExitCode.Success : ExitCode.Different;
        });
        return command;
    }

    private static List<EngineResult> Run(
        ModelCatalog catalog, string[] names, string[] providers, OnnxEngineOptions options, int runs)
    {
        if (runs is < 1 or > 10_000_000)
        {
            throw new ConfigurationException($"--runs is {runs}, expected 1 to 10000000.");
        }

        IReadOnlyList<string> wanted = names.Length > 0 ? names : catalog.Names();
        if (wanted.Count == 0)
        {
            throw new ModelException($"No model in {Path.GetFullPath(catalog.Folder)}; name one with --model.");
        }

        (options with { Providers = providers.Length > 0 ? [.. providers] : ["cpu"] }).Validate();
        List<EngineResult> results = [];
        foreach (string name in wanted)
        {
            results.AddRange(EngineBench.Run(catalog.Open(name), providers, options, runs));
        }

        return results;
    }

    private static void Print(List<EngineResult> results, bool json)
    {
        if (json)
        {
            using var writer = new Utf8JsonWriter(Console.OpenStandardOutput());
            writer.WriteStartArray();
            results.ForEach(result => Write(writer, result));
            writer.WriteEndArray();
            return;
        }

        results.ForEach(result => Console.WriteLine(Line(result)));
    }

    private static string Line(EngineResult result)
    {
        string verdict = $"[{(result.IsOk ? "OK" : "NOT OK")}] {result.Model} on {result.Asked}: ";
        if (result.Info is not { } info)
        {
            return verdict + result.Failure;
        }

        string training = result.FromTraining is { } far ? Number(far) : "no parity file";
        string cpu = result.FromCpu is { } other ? $", from the CPU {Number(other)}" : "";
        return verdict + string.Create(
            CultureInfo.InvariantCulture,
            $"{info.Device} {info.Precision}, p50 {result.P50Microseconds:F1} us, p99 {result.P99Microseconds:F1} us, ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"max {result.MaxMicroseconds:F1} us, {result.AllocatedBytesPerRun:F1} B per run, load ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{result.LoadMilliseconds:F0} ms; difference from training {training}{cpu} (at most ")
            + Number(result.Tolerance) + ")";
    }

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter writer, EngineResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("model", result.Model);
        writer.WriteString("asked", result.Asked);
        writer.WriteBoolean("ok", result.IsOk);
        if (result.Info is { } info)
        {
            writer.WriteString("provider", info.Provider);
            writer.WriteString("device", info.Device);
            writer.WriteString("precision", info.Precision);
            writer.WriteNumber("p50_us", Math.Round(result.P50Microseconds, 2));
            writer.WriteNumber("p99_us", Math.Round(result.P99Microseconds, 2));
            writer.WriteNumber("max_us", Math.Round(result.MaxMicroseconds, 2));
            writer.WriteNumber("allocated_bytes_per_run", Math.Round(result.AllocatedBytesPerRun, 2));
            writer.WriteNumber("load_ms", Math.Round(result.LoadMilliseconds, 1));
            writer.WriteNumber("tolerance", result.Tolerance);
            WriteDifference(writer, "difference_from_training", result.FromTraining);
            WriteDifference(writer, "difference_from_cpu", result.FromCpu);
        }
        else
        {
            writer.WriteString("failure", result.Failure);
        }

        writer.WriteEndObject();
    }

    // JSON has no infinity: an answer that is not finite is null.
    private static void WriteDifference(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumber(name, number);
        }
        else if (value is not null)
        {
            writer.WriteNull(name);
        }
    }
}
