using System.Collections.Immutable;
using System.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.OnnxRuntime.Parity;

namespace EdgeFusion.Worker.Bench;

/// <summary>
/// Parity and latency of a model on each provider, as a whole and split, beside the whole on the CPU.
/// </summary>
internal sealed class EngineBench
{
    // Half precision keeps 11 bits of the mantissa; logits of a few units then agree to about a hundredth.
    private const double HalfPrecisionTolerance = 5e-2;
    private const double DefaultTolerance = 1e-4;
    private const int DecidedWindows = 400;

    private readonly ModelBundle _bundle;
    private readonly int _runs;
    private readonly ImmutableArray<string> _absent;
    private readonly bool _hasFile;
    private readonly ParityFile _parity;
    private readonly List<float[]> _answers = [];
    private readonly List<int?> _decisions = [];

    /// <summary>A bench of one model.</summary>
    /// <param name="bundle">The model in full precision.</param>
    /// <param name="runs">Runs to time, after a tenth of that as warm-up.</param>
    /// <param name="absent">Modalities that are missing while it is timed.</param>
    public EngineBench(ModelBundle bundle, int runs, ImmutableArray<string> absent)
    {
        _bundle = bundle;
        _runs = runs;
        _absent = absent;
        _hasFile = File.Exists(Path.Combine(bundle.Manifest.Folder, ParityFile.FileName));
        _parity = _hasFile ? ParityFile.Read(bundle.Manifest) : ParityFile.Synthetic(bundle.Manifest);
    }

    /// <summary>Runs a model on the CPU and on each further provider.</summary>
    /// <inheritdoc cref="Providers"/>
    public static List<EngineResult> Run(
        ModelBundle bundle, IEnumerable<string> providers, OnnxEngineOptions options, int runs) =>
        new EngineBench(bundle, runs, []).Providers(providers, options);

    /// <summary>Runs the model on the CPU and on each further provider; where it is split, whole and split.</summary>
    /// <param name="providers">Providers besides the CPU.</param>
    /// <param name="options">Threads, device, graphs.</param>
    public List<EngineResult> Providers(IEnumerable<string> providers, OnnxEngineOptions options)
    {
        List<EngineResult> results = [];
        foreach (string provider in providers.Prepend("cpu").Distinct())
        {
            foreach (GraphChoice graph in Graphs(options.Graph))
            {
                string asked = graph == GraphChoice.Split ? provider + " split" : provider;
                results.Add(Measure(_bundle, asked, options with { Providers = [provider], Graph = graph }));
            }
        }

        return results;
    }

    /// <summary>Runs a variant of the model on the CPU; after <see cref="Providers"/>.</summary>
    public EngineResult Variant(ModelBundle variant, OnnxEngineOptions options) =>
        Measure(variant, "cpu " + variant.Precision, options with { Providers = ["cpu"], Graph = GraphChoice.Whole });

    private GraphChoice[] Graphs(GraphChoice choice) => choice != GraphChoice.Auto ? [choice]
        : _bundle.Split is null ? [GraphChoice.Whole] : [GraphChoice.Whole, GraphChoice.Split];

    private EngineResult Measure(ModelBundle bundle, string asked, OnnxEngineOptions options)
    {
        string name = bundle.Manifest.Name;
        long begin = Stopwatch.GetTimestamp();
        try
        {
            using IInferenceEngine engine = OnnxEngines.Create(bundle, options);
            double load = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            (double? training, double? first) = Compare(engine);
            double? decisions = Decide(engine);
            return Time(engine, new EngineResult
            {
                Model = name,
                Asked = asked,
                Info = engine.Info,
                FromTraining = training,
                FromFirst = first,
                EqualDecisions = decisions,
                Tolerance = ToleranceOf(engine.Info),
                LoadMilliseconds = load,
            });
        }
        catch (ModelException fault)
        {
            return new EngineResult { Model = name, Asked = asked, Failure = fault.Message };
        }
    }

    private double ToleranceOf(EngineInfo info) => info.Precision != ModelBundle.FullPrecision
        ? HalfPrecisionTolerance
        : _parity.Tolerance > 0 ? _parity.Tolerance : DefaultTolerance;

    // The first engine leaves its answers; every other one is compared with them.
    private (double? Training, double? First) Compare(IInferenceEngine engine)
    {
        bool isFirst = _answers.Count == 0;
        double training = 0;
        double first = 0;
        for (int i = 0; i < _parity.Cases.Length; i++)
        {
            _parity.Fill(engine.Arena, i);
            engine.Run();
            training = _hasFile ? Math.Max(training, _parity.Difference(engine.Arena, i)) : 0;
            float[] answer = Outputs(engine.Arena);
            if (isFirst)
            {
                _answers.Add(answer);
            }
            else
            {
                first = Math.Max(first, ParityFile.LargestDifference(_answers[i], answer));
            }
        }

        return (_hasFile ? training : null, isFirst ? null : first);
    }

    /// <summary>
    /// Share of equal decisions among the windows on which the first engine is not undecided: synthetic windows are
    /// noise to a model, and where two labels are as good as equal the last bits decide.
    /// </summary>
    private double? Decide(IInferenceEngine engine)
    {
        bool isFirst = _decisions.Count == 0;
        int equal = 0;
        int compared = 0;
        for (int window = 0; window < DecidedWindows; window++)
        {
            _parity.FillPresent(engine.Arena, window);
            engine.Run();
            int decision = DecisionOf(engine, out bool clear);
            if (isFirst)
            {
                _decisions.Add(clear ? decision : null);
            }
            else if (_decisions[window] is { } expected)
            {
                compared++;
                equal += decision == expected ? 1 : 0;
            }
        }

        return isFirst || compared == 0 ? null : equal / (double)compared;
    }

    // One number for what all classifications decide.
    private static int DecisionOf(IInferenceEngine engine, out bool clear)
    {
        clear = true;
        var decision = default(HashCode);
        for (int head = 0; head < engine.Manifest.Heads.Length; head++)
        {
            if (engine.Manifest.Heads[head].Kind == HeadKind.Classification)
            {
                ReadOnlySpan<float> logits = engine.Arena.Floats(engine.Arena.HeadIndices[head]);
                decision.Add(ClearMargin.Best(logits, out float margin));
                clear &= margin >= ClearMargin.Smallest;
            }
        }

        return decision.ToHashCode();
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

    private EngineResult Time(IInferenceEngine engine, EngineResult result)
    {
        FillForTiming(engine);
        Repeat(engine.Run, Math.Max(10, _runs / 10), out _);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        double[] times = Repeat(engine.Run, _runs, out long allocated);
        TimeSpan used = Environment.CpuUsage.TotalTime - before;
        return result with
        {
            P50Microseconds = times[times.Length / 2],
            P99Microseconds = times[(int)(times.Length * 0.99)],
            MaxMicroseconds = times[^1],
            CpuMicroseconds = used.TotalMicroseconds / times.Length,
            AgainMicroseconds = TimeAgain(engine),
            AllocatedBytesPerRun = allocated / (double)times.Length,
        };
    }

    private void FillForTiming(IInferenceEngine engine)
    {
        _parity.FillPresent(engine.Arena, 0);
        for (int i = 0; i < engine.Manifest.Inputs.Length; i++)
        {
            if (_absent.Contains(engine.Manifest.Inputs[i].Modality) && engine.Arena.MaskIndex >= 0)
            {
                engine.Arena.Bytes(i).Clear();
                engine.Arena.Floats(engine.Arena.MaskIndex)[i] = 0;
            }
        }
    }

    private double? TimeAgain(IInferenceEngine engine)
    {
        if (engine.Arena.MaskIndex < 0)
        {
            return null;
        }

        Span<float> mask = engine.Arena.Floats(engine.Arena.MaskIndex);
        int present = mask.IndexOf(1f);
        mask[present] = 0;
        double[] times = Repeat(engine.RunAgain, Math.Max(10, _runs / 4), out _);
        mask[present] = 1;
        return times[times.Length / 2];
    }

    /// <summary>Times of a number of runs in microseconds, in order of length.</summary>
    private static double[] Repeat(Action run, int runs, out long allocated)
    {
        double[] times = new double[runs];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < times.Length; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Array.Sort(times);
        return times;
    }
}
