using System.Security.Cryptography;
using EdgeFusion.Models;

namespace EdgeFusion.Testing.Inference;

/// <summary>
/// A tiny model with all kinds of inputs and outputs whose answers can be worked out by hand:
/// m_i = mean of all elements of input i where avail_i &gt; 0, else 0;
/// per_modality[i,c] = m_i * W[i,c]; logits[c] = sum over i of per_modality[i,c]; embedding[e] = sum over i of
/// m_i * E[i,e].
/// </summary>
public static class ContractModel
{
    /// <summary>Number of inputs.</summary>
    public const int Modalities = 3;

    /// <summary>Number of labels.</summary>
    public const int Labels = 2;

    /// <summary>Size of the embedding.</summary>
    public const int EmbeddingSize = 4;

    /// <summary>W, [modality][label] row by row. Powers of two, so that products and sums are exact.</summary>
    public static float[] Weights { get; } = [1, 0.5f, 2, -1, 0.25f, 4];

    /// <summary>E, [modality][value] row by row.</summary>
    public static float[] EmbeddingWeights { get; } = [1, 0, 0, 1, 0, 1, 0, -1, 0, 0, 1, 0.5f];

    // Before File: static members are made in the order in which they stand.
    private static readonly string[] Inputs = ["camera", "microphone", "force"];

    /// <summary>The model file.</summary>
    public static byte[] File { get; } = WriteFile();

    /// <summary>Its manifest.</summary>
    public static ModelManifest Manifest { get; } = Describe();

    /// <summary>Its manifest as a file, with every key in use.</summary>
    public static string Json { get; } = $$"""
        {
          "$schema": "../manifest.schema.json",
          "schema": 1, "name": "contract", "version": "1.0.0", "description": "Means and products.",
          "file": "model.onnx", "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(File))}}", "opset": 17,
          "window": { "length_ms": 1000, "hop_ms": 100, "deadline_ms": 50 },
          "inputs": [
            { "tensor": "camera", "modality": "camera", "kind": "frames", "type": "uint8", "shape": [1, 2, 2, 2, 3],
              "layout": "NTHWC", "pixel_format": "rgb8", "fit": "crop", "rate_hz": 2, "anchor": "center",
              "interpolation": "nearest", "max_gap_ms": 200, "min_coverage": 0.4 },
            { "tensor": "microphone", "modality": "microphone", "kind": "audio", "type": "float32", "shape": [1, 16],
              "layout": "NT", "channels": 1, "unit": "fullscale", "rate_hz": 16 },
            { "tensor": "force", "modality": "force", "kind": "vector", "type": "float32", "shape": [1, 4, 2],
              "layout": "NTC", "elements": ["fx", "fy"], "units": ["N", "N"], "rate_hz": 4, "anchor": "end",
              "interpolation": "linear", "max_gap_ms": 40.5, "min_coverage": 1 }
          ],
          "mask": { "tensor": "avail", "shape": [1, 3] },
          "heads": [
            { "name": "weight", "kind": "classification", "tensor": "logits_weight", "labels": ["light", "heavy"],
              "per_modality_tensor": "logits_weight_per_modality", "temperature": 1.5 }
          ],
          "embedding": { "tensor": "embedding", "size": 4 },
          "numerics": { "gelu": "erf", "layer_norm_epsilon": 1e-6 },
          "frontend": { "anything": [1, { "goes": null }] },
          "provenance": { "recipe": "by hand", "seed": 0 }
        }
        """;

    /// <summary>Writes model and manifest into a folder.</summary>
    public static void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        System.IO.File.WriteAllBytes(Path.Combine(folder, "model.onnx"), File);
        System.IO.File.WriteAllText(Path.Combine(folder, "manifest.json"), Json);
    }

    private static ModelManifest Describe() => new()
    {
        Schema = 1,
        Name = "contract",
        Version = "1.0.0",
        File = "model.onnx",
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(File)),
        Opset = 17,
        Window = new WindowShape(1_000_000_000, 100_000_000, 50_000_000),
        Inputs =
        [
            new ModelInput
            {
                Tensor = "camera", Modality = "camera", Kind = InputKind.Frames, Type = TensorType.UInt8,
                Shape = [1, 2, 2, 2, 3], Layout = "NTHWC", RateHz = 2, Interpolation = Interpolation.Nearest,
            },
            new ModelInput
            {
                Tensor = "microphone", Modality = "microphone", Kind = InputKind.Audio, Type = TensorType.Float32,
                Shape = [1, 16], Layout = "NT", RateHz = 16,
            },
            new ModelInput
            {
                Tensor = "force", Modality = "force", Kind = InputKind.Vector, Type = TensorType.Float32,
                Shape = [1, 4, 2], Layout = "NTC", RateHz = 4,
            },
        ],
        Mask = new MaskInput("avail"),
        Heads =
        [
            new ModelHead
            {
                Name = "weight", Kind = HeadKind.Classification, Tensor = "logits_weight", Labels = ["light", "heavy"],
                PerModalityTensor = "logits_weight_per_modality",
            },
        ],
        Embedding = new EmbeddingOutput("embedding", EmbeddingSize),
    };

    /// <summary>Writes the model into a folder with its split graphs: the means are the tokens.</summary>
    public static void WriteSplitTo(string folder)
    {
        WriteTo(folder);
        var encoders = new List<string>();
        foreach (string input in Inputs)
        {
            var encoder = new OnnxModelWriter();
            Declare(encoder, input);
            byte[] graph = Encode(encoder, input).Output(Token(input), OnnxModelWriter.Float32, null, 1).ToArray();
            System.IO.File.WriteAllBytes(Path.Combine(folder, input + ".onnx"), graph);
            encoders.Add($$"""
                { "modality": "{{input}}", "file": "{{input}}.onnx", "inputs": ["{{input}}"],
                  "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(graph))}}", "outputs": ["{{Token(input)}}"] }
                """);
        }

        var fusion = new OnnxModelWriter();
        Array.ForEach(Inputs, input => fusion.Input(Token(input), OnnxModelWriter.Float32, null, 1));
        byte[] fused = Fuse(fusion);
        System.IO.File.WriteAllBytes(Path.Combine(folder, "fusion.onnx"), fused);
        System.IO.File.WriteAllText(Path.Combine(folder, "manifest.json"), Json.Replace(
            "\"heads\":",
            $$"""
            "split": { "encoders": [ {{string.Join(", ", encoders)}} ],
              "fusion": { "file": "fusion.onnx", "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(fused))}}" } },
            "heads":
            """,
            StringComparison.Ordinal));
    }

    private static string Token(string input) => input + "_mean";

    private static byte[] WriteFile()
    {
        var model = new OnnxModelWriter();
        Array.ForEach(Inputs, input => Declare(model, input));
        Array.ForEach(Inputs, input => Encode(model, input));
        return Fuse(model);
    }

    private static void Declare(OnnxModelWriter model, string input) => _ = input switch
    {
        "camera" => model.Input(input, OnnxModelWriter.UInt8, null, 2, 2, 2, 3),
        "microphone" => model.Input(input, OnnxModelWriter.Float32, null, 16),
        _ => model.Input(input, OnnxModelWriter.Float32, null, 4, 2),
    };

    private static OnnxModelWriter Encode(OnnxModelWriter model, string input)
    {
        string values = input;
        if (input == "camera")
        {
            values = input + "_f";
            model.Node("Cast", [input], [values], attributes: ("to", (long)OnnxModelWriter.Float32));
        }

        return model
            .Node("Flatten", [values], [input + "_flat"], attributes: ("axis", 1L))
            .Node("ReduceMean", [input + "_flat"], [Token(input)], "", ("axes", new[] { 1L }), ("keepdims", 1L));
    }

    private static byte[] Fuse(OnnxModelWriter model) => model
        .Input("avail", OnnxModelWriter.Float32, null, Modalities)
        .Floats("zero", [1], 0)
        .Floats("weights", [1, Modalities, Labels], Weights)
        .Floats("embedding_weights", [Modalities, EmbeddingSize], EmbeddingWeights)
        .Longs("axis_1", 1)
        .Longs("axis_2", 2)
        .Node("Concat", Array.ConvertAll(Inputs, Token), ["means"], attributes: ("axis", 1L))
        .Node("Greater", ["avail", "zero"], ["present"])
        .Node("Where", ["present", "means", "zero"], ["masked"])
        .Node("Unsqueeze", ["masked", "axis_2"], ["column"])
        .Node("Mul", ["column", "weights"], ["logits_weight_per_modality"])
        .Node("ReduceSum", ["logits_weight_per_modality", "axis_1"], ["logits_weight"], attributes: ("keepdims", 0L))
        .Node("MatMul", ["masked", "embedding_weights"], ["embedding"])
        .Output("logits_weight", OnnxModelWriter.Float32, null, Labels)
        .Output("logits_weight_per_modality", OnnxModelWriter.Float32, null, Modalities, Labels)
        .Output("embedding", OnnxModelWriter.Float32, null, EmbeddingSize)
        .ToArray();
}
