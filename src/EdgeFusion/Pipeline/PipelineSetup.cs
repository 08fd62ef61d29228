using System.Collections.Immutable;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;

namespace EdgeFusion.Pipeline;

/// <summary>What a live pipeline is made of.</summary>
public sealed record PipelineSetup
{
    /// <summary>A candidate beside the live model; null (default) for none. Owned by the pipeline.</summary>
    public ShadowModel? Shadow { get; init; }

    /// <summary>The model's contract.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>The engine; null runs without inference (windows only).</summary>
    public IInferenceEngine? Engine { get; init; }

    /// <summary>The sensors.</summary>
    public required ImmutableArray<ISensor> Sensors { get; init; }

    /// <summary>Takers of predictions.</summary>
    public ImmutableArray<IPredictionSink> Sinks { get; init; } = [];

    /// <summary>Context of each window; null = unknown throughout.</summary>
    public IContextSource? Context { get; init; }

    /// <summary>
    /// Explain every so many windows of the grid; 0 (default) = none. An explained window is handed out that much
    /// later; where the time until the next window might not do, the explanation is left out and counted.
    /// </summary>
    public int ExplainEvery { get; init; }

    /// <summary>
    /// Whether an engine that can (split graphs) begins with the sensors that are settled while a window waits for the
    /// others; default true. Costs binding those twice.
    /// </summary>
    public bool EncodeEarly { get; init; } = true;

    /// <summary>Restart and silence limits of the sensors.</summary>
    public SensorHostOptions SensorOptions { get; init; } = new();

    /// <summary>Number of this run; subscribers tell runs apart by it.</summary>
    public long Epoch { get; init; }

    /// <summary>
    /// Whether the pipeline starts although some input has no sensor at all; that input is then always Missing.
    /// Default false: a forgotten sensor is a fault.
    /// </summary>
    public bool AllowMissingSensors { get; init; }

    /// <summary>Matches sensors and inputs.</summary>
    /// <exception cref="ConfigurationException">Something does not fit; lists every fault.</exception>
    internal PipelinePlan CheckedPlan()
    {
        var infos = new List<SensorInfo>();
        foreach (ISensor sensor in Sensors)
        {
            infos.Add(sensor.Info);
        }

        PipelinePlan plan = PipelinePlan.Make(Manifest, infos);
        var faults = new List<string>(plan.Problems);
        bool any = false;
        for (int i = 0; i < plan.Feeds.Length; i++)
        {
            any |= plan.Feeds[i] is not null;
            if (plan.Feeds[i] is null && !AllowMissingSensors)
            {
                faults.Add($"no sensor feeds the model's input '{Manifest.Inputs[i].Tensor}' (modality "
                    + $"'{Manifest.Inputs[i].Modality}'): add one, or set AllowMissingSensors");
            }
        }

        if (!any)
        {
            faults.Add("no sensor feeds any input of the model");
        }

        return faults.Count == 0
            ? plan
            : throw new ConfigurationException(
                $"The sensors do not fit the model '{Manifest.Name}':\n - " + string.Join("\n - ", faults));
    }
}
