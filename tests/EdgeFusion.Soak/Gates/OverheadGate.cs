using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Worker.Bench;
using EdgeFusion.Worker.Composition;

namespace EdgeFusion.Soak.Gates;

/// <summary>What the pipeline adds to the model's bare run, by the fastest tenth of the windows of each.</summary>
internal static class OverheadGate
{
    private const string Model = "workcell";
    private const string Name = "pipeline: overhead over the bare run";

    public static IEnumerable<Verdict> Run(SoakPlan plan)
    {
        if (!Directory.Exists(Path.Combine(ModelPaths.Folder(), Model)))
        {
            yield return Verdict.Skipped(Name, $"there is no model '{Model}' in the models folder");
            yield break;
        }

        ModelBundle bundle = ModelBundle.Open(ModelPaths.Resolve(Model));
        using OnnxEngine engine = OnnxEngine.Create(bundle, new OnnxEngineOptions { Providers = ["cpu"] });
        double overhead = double.MaxValue;
        double allocated = 0;
        for (int round = 0; round < SoakPlan.Rounds; round++)
        {
            PipelineResult result = PipelineBench.Run(engine, plan.InferredWindows, CancellationToken.None);
            overhead = Math.Min(overhead, result.FastestOverheadPercent);
            allocated = Math.Max(allocated, result.AllocatedBytesPerWindow);
        }

        yield return Verdict.AtMost(Name, overhead, Budgets.OverheadPercent, "%");
        yield return Verdict.AtMost("pipeline: allocated per window", allocated, Budgets.WindowBytes, "B");
    }
}
