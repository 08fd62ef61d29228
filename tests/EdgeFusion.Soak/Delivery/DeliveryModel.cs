using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;

namespace EdgeFusion.Soak.Delivery;

/// <summary>A small model whose predictions are made up.</summary>
internal static class DeliveryModel
{
    public const string Node = "soak";
    public const string Topic = "edgefusion/soak/prediction/colour";

    public static ModelManifest Manifest { get; } = new()
    {
        Schema = 1,
        Name = "delivery",
        Version = "1.0.0",
        Sha256 = new string('0', 64),
        Window = new WindowShape(1_000_000_000, 100_000_000, 60_000_000),
        Inputs =
        [
            new ModelInput
            {
                Tensor = "force",
                Modality = "force",
                Kind = InputKind.Vector,
                Type = TensorType.Float32,
                Shape = [1, 500, 6],
                Layout = "NTC",
                RateHz = 500,
            },
        ],
        Mask = new MaskInput("avail"),
        Heads =
        [
            new ModelHead
            {
                Name = "colour",
                Kind = HeadKind.Classification,
                Tensor = "logits",
                Labels = ["red", "green", "blue"],
            },
        ],
    };

    public static Prediction Prediction(long epoch, long sequence, Timestamp now) => new(Manifest)
    {
        Epoch = epoch,
        Sequence = sequence,
        Window = sequence,
        Start = now.AddNanoseconds(-1_000_000_000),
        End = now,
        Times = new StageTimes { Cut = now, Bound = now, Inferred = now, Decoded = now },
    };
}
