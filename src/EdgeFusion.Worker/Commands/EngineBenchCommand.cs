using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Composition;

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
        var graph = EngineOptions.Graph();
        var precisions = new Option<string[]>("--precision")
        {
            Description = "Variants to compare with the model: fp16, int8.",
            AllowMultipleArgumentsPerToken = true,
        };
        precisions.AcceptOnlyFromAmong("fp16", "int8");
        var without = new Option<string[]>("--without")
        {
            Description = "Modalities that are missing while it is timed.",
            AllowMultipleArgumentsPerToken = true,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON array." };
        var command = new Command("engine", "Compare the providers with training and the CPU, and time them.")
        {
            folder, model, providers, runs, threads, half, graph, precisions, without, json,
        };
        command.SetAction(parsed =>
        {
            var options = new OnnxEngineOptions
            {
                IntraOpThreads = parsed.GetValue(threads),
                HalfPrecision = parsed.GetValue(half),
                Graph = Engines.Graph(parsed.GetValue(graph)!),
            };
            List<EngineResult> results = Run(new Request(
                new ModelCatalog(parsed.GetValue(folder)!), parsed.GetValue(model) ?? [],
                parsed.GetValue(providers) ?? [], parsed.GetValue(precisions) ?? [],
                [.. parsed.GetValue(without) ?? []], options, parsed.GetValue(runs)));
            Print(results, parsed.GetValue(json));
            return results.TrueForAll(result => result.IsOk) ? ExitCode.Success : ExitCode.Different;
        });
        return command;
    }

    private static List<EngineResult> Run(Request request)
    {
        (ModelCatalog catalog, string[] names, string[] providers, _, _, OnnxEngineOptions options, int runs) = request;
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
            ModelBundle bundle = catalog.Open(name);
            foreach (string absent in request.Without)
            {
                if (!bundle.Manifest.Inputs.Any(input => input.Modality == absent))
                {
                    throw new ConfigurationException($"--without {absent}: '{name}' has no such modality.");
                }
            }

            var bench = new EngineBench(bundle, runs, request.Without);
            results.AddRange(bench.Providers(providers, options));
            foreach (string precision in request.Precisions)
            {
                results.Add(bench.Variant(catalog.Open(name, precision), options));
            }
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
        string first = result.FromFirst is { } other ? $", from the CPU {Number(other)}" : "";
        string decisions = result.EqualDecisions is { } equal
            ? string.Create(CultureInfo.InvariantCulture, $"; {equal:P1} of the decisions equal") : "";
        string again = result.AgainMicroseconds is { } time
            ? string.Create(CultureInfo.InvariantCulture, $", again {time:F1} us") : "";
        return verdict + string.Create(
            CultureInfo.InvariantCulture,
            $"{info.Device} {info.Precision}, p50 {result.P50Microseconds:F1} us, p99 {result.P99Microseconds:F1} us, ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"max {result.MaxMicroseconds:F1} us, CPU {result.CpuMicroseconds:F1} us{again}, ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{result.AllocatedBytesPerRun:F1} B per run, load {result.LoadMilliseconds:F0} ms; ")
            + $"difference from training {training}{first} (at most {Number(result.Tolerance)}){decisions}";
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
            writer.WriteNumber("cpu_us", Math.Round(result.CpuMicroseconds, 2));
            if (result.AgainMicroseconds is { } again)
            {
                writer.WriteNumber("again_p50_us", Math.Round(again, 2));
            }

            writer.WriteNumber("allocated_bytes_per_run", Math.Round(result.AllocatedBytesPerRun, 2));
            writer.WriteNumber("load_ms", Math.Round(result.LoadMilliseconds, 1));
            writer.WriteNumber("tolerance", result.Tolerance);
            WriteDifference(writer, "difference_from_training", result.FromTraining);
            WriteDifference(writer, "difference_from_cpu", result.FromFirst);
            WriteDifference(writer, "equal_decisions", result.EqualDecisions);
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

    private sealed record Request(
        ModelCatalog Catalog, string[] Names, string[] Providers, string[] Precisions, ImmutableArray<string> Without,
        OnnxEngineOptions Options, int Runs);
}
