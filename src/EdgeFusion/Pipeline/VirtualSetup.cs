using System.Collections.Immutable;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Pipeline;

/// <summary>What a pipeline on virtual time is made of.</summary>
public sealed record VirtualSetup
{
    /// <summary>The model's contract.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>Start of window 0.</summary>
    public required Timestamp Origin { get; init; }

    /// <summary>One engine per lane, all of the same model; empty = windows only, no inference.</summary>
    public ImmutableArray<IInferenceEngine> Engines { get; init; } = [];

    /// <summary>Takers of predictions, in window order, on the replaying thread.</summary>
    public ImmutableArray<IPredictionSink> Sinks { get; init; } = [];

    /// <summary>Takes the tensors of each window before inference.</summary>
    public IWindowSink? Windows { get; init; }

    /// <summary>Context of each window; null = unknown throughout. Recorded decisions bring their own.</summary>
    public IContextSource? Context { get; init; }

    /// <summary>
    /// Explain every so many windows of the grid; 0 (default) = none. Recorded decisions that say so bring their own.
    /// </summary>
    public int ExplainEvery { get; init; }

    /// <summary>Silence limits of the sensors.</summary>
    public SensorHostOptions SensorOptions { get; init; } = new();

    /// <summary>
    /// Infer on a thread of its own with one engine too, so that samples keep their instants meanwhile; predictions
    /// are handed out soon after. Default false: when the window's last sample has been taken, its prediction is out.
    /// </summary>
    public bool InferAside { get; init; }

    /// <summary>Number of the run, as it will stand in the predictions.</summary>
    public long Epoch { get; init; }
}
