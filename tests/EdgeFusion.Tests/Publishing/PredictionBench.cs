using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Tests.Publishing;

/// <summary>A small model and predictions of it.</summary>
internal static class PredictionBench
{
    public static ModelManifest Manifest { get; } = new()
    {
        Schema = 1,
        Name = "workcell",
        Version = "1.0.0",
        Sha256 = new string('a', 64),
        Window = new WindowShape(1_000_000_000, 100_000_000, 60_000_000),
        Inputs =
        [
            Input("camera", InputKind.Frames, [1, 5, 8, 8, 3], 5),
            Input("microphone", InputKind.Audio, [1, 16000], 16000),
            Input("force", InputKind.Vector, [1, 500, 6], 500),
        ],
        Mask = new MaskInput("avail"),
        Context =
        [
            new ContextInput("behaviour", "context_behaviour", ["grasp", "pick"]),
            new ContextInput("gripper", "context_gripper", ["open", "shut"]),
        ],
        Heads =
        [
            new ModelHead
            {
                Name = "colour",
                Kind = HeadKind.Classification,
                Tensor = "logits",
                Labels = ["red", "green", "<blue>"],
                PerModalityTensor = "logits_per_modality",
            },
            new ModelHead
            {
                Name = "pose",
                Kind = HeadKind.Regression,
                Tensor = "pose",
                Labels = ["x", "y"],
                Units = ["m", "m"],
            },
        ],
        Embedding = new EmbeddingOutput("embedding", 2),
    };

    public static Prediction Prediction(PredictionQuality quality = PredictionQuality.Degraded)
    {
        var start = new Timestamp(1_767_225_600_000_000_000);
        var prediction = new Prediction(Manifest)
        {
            Engine = new EngineInfo("cpu", "cpu", "fp32", null),
            Epoch = -2,
            Sequence = 41,
            Window = 42,
            Start = start,
            End = start.AddNanoseconds(1_000_000_000),
            Outcome = CutOutcome.Deadline,
            Quality = quality,
        };
        prediction.Times.Cut = prediction.End.AddNanoseconds(60_000_000);
        prediction.Times.Bound = prediction.End.AddNanoseconds(61_500_000);
        prediction.Times.Inferred = prediction.End.AddNanoseconds(70_000_000);
        prediction.Times.Decoded = prediction.End.AddNanoseconds(70_100_000);
        prediction.Modalities[0] = new ModalityState
        {
            Presence = Presence.Present,
            Coverage = 1,
            AgeNanoseconds = 33_000_000,
            SampleCount = 5,
        };
        prediction.Modalities[1] = new ModalityState
        {
            Presence = Presence.Late,
            Coverage = 0.25f,
            AgeNanoseconds = 700_000_000,
            SampleCount = 12,
            GapFrames = 160,
        };
        prediction.Modalities[2] = new ModalityState
        {
            Presence = Presence.Missing,
            Coverage = 0,
            AgeNanoseconds = -1,
        };
        new[] { 0.1f, 0.7f, 0.2f }.CopyTo(prediction.Heads[0].Values, 0);
        prediction.Heads[0].Best = 1;
        prediction.Heads[0].Dissenting = 1;
        prediction.Heads[0].Divergence = 0.25f;
        Array.Fill(prediction.Heads[0].PerModality, float.NaN);
        new[] { 0.2f, 0.5f, 0.3f }.CopyTo(prediction.Heads[0].PerModality, 0);
        prediction.Heads[1].Values[0] = 1.5f;
        prediction.Heads[1].Values[1] = float.PositiveInfinity;
        prediction.Context[0] = 1;
        prediction.Embedding[0] = 0.5f;
        prediction.Embedding[1] = -1;
        return prediction;
    }

    private static ModelInput Input(string name, InputKind kind, int[] shape, double rate) => new()
    {
        Tensor = name,
        Modality = name,
        Kind = kind,
        Type = kind == InputKind.Frames ? TensorType.UInt8 : TensorType.Float32,
        Shape = [.. shape],
        Layout = "N",
        RateHz = rate,
    };
}
