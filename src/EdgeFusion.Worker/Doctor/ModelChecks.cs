using System.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Doctor;

/// <summary>Loads the model, runs it on empty tensors and compares its time with its hop.</summary>
internal static class ModelChecks
{
    private const int Runs = 20;

    public static IEnumerable<Finding> Run(ModelOptions options)
    {
        var findings = new List<Finding>();
        try
        {
            ModelBundle bundle = Engines.OpenBundle(options.Name, options.Precision);
            findings.Add(Finding.Ok(
                "model", $"{bundle.Manifest.Name} {bundle.Manifest.Version}, sha256 {bundle.Manifest.Sha256[..12]}"));
            using IInferenceEngine engine = Engines.Open(bundle, Engines.OptionsOf(options));
            findings.Add(engine.Info.FallbackReason is { } reason
                ? Finding.Warn("engine", $"{engine.Info.Provider} {engine.Info.Precision}: {reason}",
                    "fine without a GPU; with one, build with WithGpuProviders=true and install CUDA and cuDNN")
                : Finding.Ok("engine", $"{engine.Info.Provider} {engine.Info.Precision} on {engine.Info.Device}"));
            findings.Add(Speed(engine));
        }
        catch (EdgeFusionException fault)
        {
            findings.Add(Finding.Fail("model", fault.Message, "see models/README.md"));
        }

        return findings;
    }

    private static Finding Speed(IInferenceEngine engine)
    {
        engine.Run();
        var times = new double[Runs];
        for (int i = 0; i < Runs; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            engine.Run();
            times[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }

        Array.Sort(times);
        double hop = engine.Manifest.Window.HopNanoseconds / 1e6;
        double slow = times[^2];
        string what = FormattableString.Invariant(
            $"{times[Runs / 2]:F1} ms per window, {slow:F1} ms at worst, for a hop of {hop:F0} ms");
        return slow < hop / 2 ? Finding.Ok("speed", what)
            : slow < hop ? Finding.Warn("speed", what, "little is left for anything else; a GPU helps")
            : Finding.Fail("speed", what, "windows will be skipped: use a GPU, a smaller model or a longer hop");
    }
}
