using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Predictions;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Composition;

/// <summary>Words of configuration and command line for engines.</summary>
internal static class Engines
{
    private const int WarmUpRuns = 5;

    /// <summary>Which graphs can be asked for.</summary>
    public static readonly string[] Graphs = ["auto", "whole", "split"];

    /// <summary>Precisions that can be asked for.</summary>
    public static readonly string[] Precisions = ["fp32", "fp16", "int8"];

    /// <summary>The choice behind a word of <see cref="Graphs"/>.</summary>
    public static GraphChoice Graph(string word) => (GraphChoice)Array.IndexOf(Graphs, word);

    /// <summary>Opens and checks a model by name or path in a precision.</summary>
    public static ModelBundle OpenBundle(string nameOrPath, string precision) =>
        ModelBundle.Open(ModelPaths.Resolve(nameOrPath), precision: precision);

    /// <summary>Opens an engine.</summary>
    public static IInferenceEngine Open(ModelBundle bundle, OnnxEngineOptions options) =>
        OnnxEngines.Create(bundle, options);

    /// <summary>How a configuration wants an engine.</summary>
    public static OnnxEngineOptions OptionsOf(ModelOptions model) => new()
    {
        Providers = model.Providers.Length == 0 ? ["auto"] : [.. model.Providers],
        Graph = Graph(model.Graph),
        DeviceId = model.DeviceId,
        IntraOpThreads = model.Threads,
        HalfPrecision = model.HalfPrecision,
        CacheFolder = model.CacheFolder.Length == 0 ? null : model.CacheFolder,
    };

    /// <summary>Runs an engine on empty tensors before it is trusted with windows.</summary>
    /// <exception cref="ModelException">It fails, answers NaN or infinity, or takes longer than its hop.</exception>
    public static void WarmUp(IInferenceEngine engine)
    {
        TensorArena arena = engine.Arena;
        if (arena.MaskIndex >= 0)
        {
            arena.Floats(arena.MaskIndex).Fill(1);
        }

        var fastest = TimeSpan.MaxValue;
        for (int i = 0; i < WarmUpRuns; i++)
        {
            long begin = System.Diagnostics.Stopwatch.GetTimestamp();
            engine.Run();
            TimeSpan took = System.Diagnostics.Stopwatch.GetElapsedTime(begin);
            fastest = took < fastest ? took : fastest;
        }

        var answer = new Prediction(engine.Manifest) { Quality = PredictionQuality.Full };
        PredictionDecoder.Decode(arena, answer);
        ModelManifest manifest = engine.Manifest;
        if (!answer.HasScores)
        {
            throw new ModelException(
                $"Model '{manifest.Name}' {manifest.Version} answers NaN or infinity on empty tensors.");
        }

        var hop = TimeSpan.FromTicks(manifest.Window.HopNanoseconds / 100);
        if (fastest > hop)
        {
            throw new ModelException(FormattableString.Invariant(
                $"Model '{manifest.Name}' {manifest.Version} takes {fastest.TotalMilliseconds:F0} ms per window here, ")
                + FormattableString.Invariant($"its hop is {hop.TotalMilliseconds:F0} ms: windows would be skipped."));
        }
    }
}
