using System.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.OnnxRuntime.Parity;

namespace EdgeFusion.Worker.Bench;

/// <summary>What one model did on one provider.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Asked">Provider asked for.</param>
/// <param name="Info">What it ran on; null where the provider did not work.</param>
/// <param name="Failure">Why it did not; null where it did.</param>
/// <param name="FromTraining">Largest difference from the answers of training; null without a parity file.</param>
/// <param name="FromCpu">Largest difference from the CPU provider; null for the CPU itself.</param>
/// <param name="Tolerance">Largest difference that counts as equal.</param>
/// <param name="P50Microseconds">Median time of a run.</param>
/// <param name="P99Microseconds">99th percentile.</param>
/// <param name="MaxMicroseconds">Longest run.</param>
/// <param name="AllocatedBytesPerRun">Managed bytes per run.</param>
/// <param name="LoadMilliseconds">Time to load and warm up.</param>
internal sealed record EngineResult(
    string Model, string Asked, EngineInfo? Info, string? Failure, double? FromTraining, double? FromCpu,
    double Tolerance, double P50Microseconds, double P99Microseconds, double MaxMicroseconds,
    double AllocatedBytesPerRun, double LoadMilliseconds)
{
    /// <summary>Whether it ran and agreed with training and with the CPU.</summary>
    public bool IsOk => Failure is null && (FromTraining ?? 0) <= Tolerance && (FromCpu ?? 0) <= Tolerance;
}

/// <summary>Parity and latency of a model on each provider, beside the CPU.</summary>
internal static class EngineBench
{
    // Half precision keeps 11 bits of the mantissa; logits of a few units then agree to about a hundredth.
    private const double HalfPrecisionTolerance = 5e-2;
    private const double DefaultTolerance = 1e-4;

    /// <summary>Runs a model on the CPU and on each further provider.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="providers">Providers besides the CPU.</param>
    /// <param name="options">Threads, device, precision.</param>
    /// <param name="runs">Runs to time, after a tenth of that as warm-up.</param>
    public static List<EngineResult> Run(
        ModelBundle bundle, IEnumerable<string> providers, OnnxEngineOptions options, int runs)
    {
        bool hasFile = File.Exists(Path.Combine(bundle.Manifest.Folder, ParityFile.FileName));
        ParityFile parity = hasFile ? ParityFile.Read(bundle.Manifest) : ParityFile.Synthetic(bundle.Manifest);
        List<float[]> reference = [];
        List<EngineResult> results = [Measure(bundle, "cpu", options, runs, parity, hasFile, reference)];
        foreach (string provider in providers)
        {
            if (provider != "cpu")
            {
                results.Add(Measure(bundle, provider, options, runs, parity, hasFile, reference));
            }
        }

        return results;
    }

    private static EngineResult Measure(
        ModelBundle bundle, string provider, OnnxEngineOptions options, int runs, ParityFile parity, bool hasFile,
        List<float[]> reference)
    {
        string name = bundle.Manifest.Name;
        long begin = Stopwatch.GetTimestamp();
        try
        {
            using OnnxEngine engine = OnnxEngine.Create(bundle, options with { Providers = [provider] });
            double load = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            (double? training, double? cpu) = Compare(engine, parity, hasFile, reference);
            double[] times = Time(engine, runs, out double allocated);
            return new EngineResult(
                name, provider, engine.Info, null, training, cpu, ToleranceOf(engine.Info, parity),
                times[times.Length / 2], times[(int)(times.Length * 0.99)], times[^1], allocated, load);
        }
        catch (ModelException fault)
        {
            return new EngineResult(name, provider, null, fault.Message, null, null, 0, 0, 0, 0, 0, 0);
        }
    }

    private static double ToleranceOf(EngineInfo info, ParityFile parity) => info.Precision == "fp16"
        ? HalfPrecisionTolerance
        : parity.Tolerance > 0 ? parity.Tolerance : DefaultTolerance;

    // The CPU comes first and leaves its answers in the reference; every other provider is compared with them.
    private static (double? Training, double? Cpu) Compare(
        OnnxEngine engine, ParityFile parity, bool hasFile, List<float[]> reference)
    {
        bool isReference = engine.Info.Provider == "cpu";
        double training = 0;
        double cpu = 0;
        for (int i = 0; i < parity.Cases.Length; i++)
        {
            parity.Fill(engine.Arena, i);
            engine.Run();
            training = hasFile ? Math.Max(training, parity.Difference(engine.Arena, i)) : 0;
            float[] answer = Outputs(engine.Arena);
            if (isReference)
            {
                reference.Add(answer);
            }
            else if (i < reference.Count)
            {
                cpu = Math.Max(cpu, ParityFile.LargestDifference(reference[i], answer));
            }
        }

        return (hasFile ? training : null, isReference ? null : cpu);
    }

    private static float[] Outputs(TensorArena arena)
    {
        var values = new List<float>();
        for (int slot = arena.FirstOutput; slot < arena.Slots.Length; slot++)
        {
            values.AddRange(arena.Floats(slot));
        }

        return [.. values];
    }

    private static double[] Time(OnnxEngine engine, int runs, out double allocated)
    {
        for (int i = 0; i < Math.Max(10, runs / 10); i++)
        {
            engine.Run();
        }

        double[] times = new double[Math.Max(1, runs)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < times.Length; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            engine.Run();
            times[i] = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
        }

        allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)times.Length;
        Array.Sort(times);
        return times;
    }
}
