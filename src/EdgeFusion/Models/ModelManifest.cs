using System.Collections.Immutable;

namespace EdgeFusion.Models;

/// <summary>
/// The contract beside a model file: what the graph expects, what it answers and where it comes from. Read from
/// manifest.json (schema: models/manifest.schema.json), immutable afterwards.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>Version of the manifest format; this build reads 1.</summary>
    public required int Schema { get; init; }

    /// <summary>Short name, also the folder's: a-z 0-9 and dashes.</summary>
    public required string Name { get; init; }

    /// <summary>Semantic version of the model.</summary>
    public required string Version { get; init; }

    /// <summary>One or two sentences for people; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>File name of the graph inside the manifest's folder; empty for a window spec without a model.</summary>
    public string File { get; init; } = "";

    /// <summary>SHA-256 of the graph file in lower-case hex; empty for a window spec.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>ONNX operator set of the default domain; 0 for a window spec.</summary>
    public int Opset { get; init; }

    /// <summary>Length, hop and deadline of the windows.</summary>
    public required WindowShape Window { get; init; }

    /// <summary>Input tensors; their order is the order of the mask.</summary>
    public required ImmutableArray<ModelInput> Inputs { get; init; }

    /// <summary>The presence mask; null for a model without one (then every input must be present).</summary>
    public MaskInput? Mask { get; init; }

    /// <summary>What else the model may be told, such as the action in progress; empty for most.</summary>
    public ImmutableArray<ContextInput> Context { get; init; } = [];

    /// <summary>What the model answers; at least one.</summary>
    public required ImmutableArray<ModelHead> Heads { get; init; }

    /// <summary>Optional embedding output.</summary>
    public EmbeddingOutput? Embedding { get; init; }

    /// <summary>The same model as encoders and a fusing graph; null where it was not exported so.</summary>
    public SplitGraphs? Split { get; init; }

    /// <summary>The same graph in other precisions; empty where there are none.</summary>
    public ImmutableArray<ModelVariant> Variants { get; init; } = [];

    /// <summary>The folder that the manifest was read from; not part of the file.</summary>
    public string Folder { get; init; } = "";
}

/// <summary>Times of a window in nanoseconds.</summary>
/// <param name="LengthNanoseconds">Length, &gt; 0.</param>
/// <param name="HopNanoseconds">Distance between the starts of two windows, &gt; 0.</param>
/// <param name="DeadlineNanoseconds">How long after its end a window waits for late samples, &gt;= 0.</param>
public sealed record WindowShape(long LengthNanoseconds, long HopNanoseconds, long DeadlineNanoseconds);

/// <summary>Kind of an input; decides how samples become a tensor.</summary>
public enum InputKind
{
    /// <summary>Images on a time grid, uint8 [1,T,H,W,C].</summary>
    Frames,

    /// <summary>PCM on a sample-accurate grid, float32 [1,N] or [1,C,N].</summary>
    Audio,

    /// <summary>Vectors on a time grid, float32 [1,T,W].</summary>
    Vector,
}

/// <summary>Where the T points of the time grid lie inside a window; R is the input's rate.</summary>
public enum GridAnchor
{
    /// <summary>t_i = start + i/R.</summary>
    Start,

    /// <summary>t_i = start + (i + 1/2)/R.</summary>
    Center,

    /// <summary>t_i = start + (i + 1)/R, so that the last point is the window's end.</summary>
    End,
}

/// <summary>How a grid point takes its value from the samples around it.</summary>
public enum Interpolation
{
    /// <summary>The sample nearest in time; of two at the same distance the earlier one.</summary>
    Nearest,

    /// <summary>The latest sample at or before the grid point.</summary>
    Hold,

    /// <summary>Linear between the two samples around the grid point; hold after the last one.</summary>
    Linear,
}

/// <summary>How an image of another size is fitted to the model's.</summary>
public enum FrameFit
{
    /// <summary>Largest centred part with the model's aspect ratio, then scaled.</summary>
    Crop,

    /// <summary>Scaled in both directions independently.</summary>
    Stretch,
}

/// <summary>Element type of a tensor.</summary>
public enum TensorType
{
    /// <summary>Unsigned 8-bit.</summary>
    UInt8,

    /// <summary>32-bit float.</summary>
    Float32,
}

/// <summary>One input tensor and how it is filled.</summary>
public sealed record ModelInput
{
    /// <summary>Name of the graph's input.</summary>
    public required string Tensor { get; init; }

    /// <summary>Modality whose sensor feeds it.</summary>
    public required string Modality { get; init; }

    /// <summary>Frames, audio or vector.</summary>
    public required InputKind Kind { get; init; }

    /// <summary>Element type.</summary>
    public required TensorType Type { get; init; }

    /// <summary>Static shape with a leading batch of 1.</summary>
    public required ImmutableArray<int> Shape { get; init; }

    /// <summary>Letters of the axes, e.g. NTHWC, NT, NCT, NTC.</summary>
    public required string Layout { get; init; }

    /// <summary>Rate of the time grid in Hz, &gt; 0.</summary>
    public required double RateHz { get; init; }

    /// <summary>Position of the grid; default start.</summary>
    public GridAnchor Anchor { get; init; }

    /// <summary>Interpolation; default nearest for frames, linear otherwise.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Linear;

    /// <summary>
    /// Longest distance in nanoseconds between a grid point and a sample that may still serve it; 0 = three periods
    /// of the sensor.
    /// </summary>
    public long MaxGapNanoseconds { get; init; }

    /// <summary>Smallest coverage 0..1 at which the modality counts as present; default 0.5.</summary>
    public double MinCoverage { get; init; } = 0.5;

    /// <summary>Frames only: "rgb8", "bgr8" or "gray8".</summary>
    public Sensing.PixelFormat PixelFormat { get; init; }

    /// <summary>Frames only: how another size is fitted.</summary>
    public FrameFit Fit { get; init; }

    /// <summary>Vector only: names of the elements; empty = any sensor of the right width.</summary>
    public ImmutableArray<string> Elements { get; init; } = [];

    /// <summary>Vector: unit per element (empty = not checked); audio: one entry.</summary>
    public ImmutableArray<string> Units { get; init; } = [];

    /// <summary>Number of grid points T (audio: N).</summary>
    public int Steps => Kind == InputKind.Audio ? Shape[^1] : Shape[1];

    /// <summary>Number of elements of the whole tensor.</summary>
    public int ElementCount
    {
        get
        {
            int count = 1;
            foreach (int extent in Shape)
            {
                count = checked(count * extent);
            }

            return count;
        }
    }

    /// <summary>Size of the tensor in bytes.</summary>
    public int ByteCount => checked(ElementCount * (Type == TensorType.UInt8 ? 1 : sizeof(float)));
}

/// <summary>The float32 mask input [1,M]: 1 where the modality is present, in the order of the inputs.</summary>
/// <param name="Tensor">Name of the graph's input.</param>
public sealed record MaskInput(string Tensor);

/// <summary>What a head answers.</summary>
public enum HeadKind
{
    /// <summary>Scores over exclusive labels; softmax gives probabilities.</summary>
    Classification,

    /// <summary>Real numbers with units.</summary>
    Regression,
}

/// <summary>One answer of the model.</summary>
public sealed record ModelHead
{
    /// <summary>Name, part of the topic: a-z 0-9 - _.</summary>
    public required string Name { get; init; }

    /// <summary>Classification or regression.</summary>
    public required HeadKind Kind { get; init; }

    /// <summary>Name of the graph's output [1,C] holding logits or values.</summary>
    public required string Tensor { get; init; }

    /// <summary>
    /// Labels of a classification, or names of the values of a regression ("elements" in the file); C of them.
    /// </summary>
    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Units of the values of a regression; empty for a classification.</summary>
    public ImmutableArray<string> Units { get; init; } = [];

    /// <summary>Optional output [1,M,C]: what each modality says by itself.</summary>
    public string? PerModalityTensor { get; init; }

    /// <summary>Temperature by which logits are divided before the softmax; default 1.</summary>
    public double Temperature { get; init; } = 1;
}

/// <summary>Optional embedding output [1,Size].</summary>
/// <param name="Tensor">Name of the graph's output.</param>
/// <param name="Size">Number of values.</param>
public sealed record EmbeddingOutput(string Tensor, int Size);
