using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Predictions;

/// <summary>Whether a prediction carries scores.</summary>
public enum PredictionQuality : byte
{
    /// <summary>All modalities present.</summary>
    Full = 0,

    /// <summary>Some modality is masked.</summary>
    Degraded = 1,

    /// <summary>No modality present: there are no scores.</summary>
    NoInput = 2,

    /// <summary>The model answered NaN or infinity: there are no scores.</summary>
    NotFinite = 3,

    /// <summary>The engine failed on this window: there are no scores.</summary>
    EngineFailed = 4,
}

/// <summary>State of one modality in a window.</summary>
public struct ModalityState
{
    /// <summary>Why it is or is not there.</summary>
    public Presence Presence;

    /// <summary>Covered part of the time grid, 0..1.</summary>
    public float Coverage;

    /// <summary>Nanoseconds from the newest usable sample to the window's end; -1 where there is none.</summary>
    public long AgeNanoseconds;

    /// <summary>Samples (audio: blocks) that lay inside the window.</summary>
    public int SampleCount;

    /// <summary>Audio only: PCM frames that were zeroed because nothing was captured for them.</summary>
    public int GapFrames;

    /// <summary>The cut: samples that the window could use have sequences below this.</summary>
    public long Bound;

    /// <summary>The cut: how the sensor stood.</summary>
    public SensorCondition Condition;
}

/// <summary>Instants and durations of one window's way through the pipeline.</summary>
public struct StageTimes
{
    /// <summary>When the window was cut.</summary>
    public Timestamp Cut;

    /// <summary>Arrival of the newest sample needed to the cut, in nanoseconds; -1 where the deadline decided, or in a
    /// replay.</summary>
    public long ReadyNanoseconds;

    /// <summary>When the tensors were filled.</summary>
    public Timestamp Bound;

    /// <summary>When the model had answered.</summary>
    public Timestamp Inferred;

    /// <summary>When the answer was decoded.</summary>
    public Timestamp Decoded;

    /// <summary>How long explaining took after that, in nanoseconds; only where there is an explanation.</summary>
    public long ExplainNanoseconds;
}

/// <summary>
/// The answer to one window. A reusable object: the pipeline fills one per slot of its fan-out ring, and each sink
/// copies into one of its own.
/// </summary>
/// <remarks><b>Ownership.</b> A sink must not keep a reference beyond the call that hands it over;
/// <see cref="CopyFrom"/> copies. <b>Threading.</b> One thread at a time.</remarks>
public sealed class Prediction
{
    /// <summary>Creates an empty prediction for a model; allocates all its arrays.</summary>
    public Prediction(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        Manifest = manifest;
        Modalities = new ModalityState[manifest.Inputs.Length];
        Heads = new HeadScores[manifest.Heads.Length];
        for (int i = 0; i < Heads.Length; i++)
        {
            Heads[i] = new HeadScores(manifest.Heads[i], manifest.Inputs.Length);
        }

        Embedding = new float[manifest.Embedding?.Size ?? 0];
        Context = new int[manifest.Context.Length];
        Context.AsSpan().Fill(-1);
    }

    /// <summary>The model that answered; another one of the same signature after the live model was changed.</summary>
    public ModelManifest Manifest { get; private set; }

    /// <summary>What the model ran on.</summary>
    public EngineInfo? Engine { get; set; }

    /// <summary>Random number of this run of the pipeline, constant for a run; with <see cref="Sequence"/>
    /// unique.</summary>
    public long Epoch { get; set; }

    /// <summary>Number of the prediction within the epoch, from 0 without holes.</summary>
    public long Sequence { get; set; }

    /// <summary>Number of the window on its grid; windows skipped leave holes.</summary>
    public long Window { get; set; }

    /// <summary>First instant of the window.</summary>
    public Timestamp Start { get; set; }

    /// <summary>End of the window; samples at or after it are not part of it.</summary>
    public Timestamp End { get; set; }

    /// <summary>Settled or deadline.</summary>
    public CutOutcome Outcome { get; set; }

    /// <summary>Whether there are scores, and how good the input was.</summary>
    public PredictionQuality Quality { get; set; }

    /// <summary>Way through the pipeline.</summary>
    public StageTimes Times;

    /// <summary>Per input of the manifest, in order.</summary>
    public ModalityState[] Modalities { get; }

    /// <summary>Per context input of the manifest the index of the label that the model was told; -1 =
    /// unknown.</summary>
    public int[] Context { get; }

    /// <summary>Per head of the manifest, in order.</summary>
    public HeadScores[] Heads { get; }

    /// <summary>The embedding; empty where the model has none.</summary>
    public float[] Embedding { get; }

    /// <summary>Whether the heads say what each modality contributed.</summary>
    public ExplanationState Explanation { get; set; }

    /// <summary>Whether <see cref="Heads"/> and <see cref="Embedding"/> hold values.</summary>
    public bool HasScores => Quality is PredictionQuality.Full or PredictionQuality.Degraded;

    /// <summary>Copies all values of a prediction of a model with the same signature. Allocates nothing.</summary>
    public void CopyFrom(Prediction other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Manifest = other.Manifest;
        Engine = other.Engine;
        Epoch = other.Epoch;
        Sequence = other.Sequence;
        Window = other.Window;
        Start = other.Start;
        End = other.End;
        Outcome = other.Outcome;
        Quality = other.Quality;
        Explanation = other.Explanation;
        Times = other.Times;
        other.Modalities.AsSpan().CopyTo(Modalities);
        for (int i = 0; i < Heads.Length; i++)
        {
            Heads[i].CopyFrom(other.Heads[i]);
        }

        other.Context.AsSpan().CopyTo(Context);
        other.Embedding.AsSpan().CopyTo(Embedding);
    }

    /// <summary>Names the model that answers from here on; it must have the signature of the one before.</summary>
    internal void AnswerBy(ModelManifest manifest)
    {
        if (ReferenceEquals(manifest, Manifest))
        {
            return;
        }

        Manifest = manifest;
        for (int i = 0; i < Heads.Length; i++)
        {
            Heads[i].Head = manifest.Heads[i];
        }
    }

    /// <summary>Forgets contributions; an explanation that was asked for counts as skipped.</summary>
    internal void ClearExplanation()
    {
        Explanation = Explanation == ExplanationState.None ? ExplanationState.None : ExplanationState.Skipped;
        foreach (HeadScores head in Heads)
        {
            head.Contributions.AsSpan().Fill(float.NaN);
        }
    }
}
