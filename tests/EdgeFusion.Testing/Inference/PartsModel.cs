using System.Security.Cryptography;
using EdgeFusion.Models;

namespace EdgeFusion.Testing.Inference;

/// <summary>
/// A tiny model with every optional part, whose answers can be worked out by hand. Inputs force [1,10,6] and
/// proprioception [1,10,21], context "behaviour", heads "weight" (four labels) and "pose" (a regression of two values).
/// With m_i = mean of input i where avail_i &gt; 0, else 0: per_modality[i,c] = m_i W[i,c]; logits[c] = sum over i of
/// those + V[behaviour,c] (0 where unknown); pose[e] = sum over i of m_i P[i,e].
/// </summary>
public static class PartsModel
{
    /// <summary>Name of the manifest.</summary>
    public const string Name = "parts";

    /// <summary>Labels of the head "weight".</summary>
    public static readonly string[] Weights = ["22g", "50g", "100g", "150g"];

    /// <summary>Labels of the context "behaviour".</summary>
    public static readonly string[] Behaviours = ["grasp", "pick", "hold", "shake", "lower", "drop", "push"];

    /// <summary>W, [modality][label] row by row; multiples of 1/32, so that eight bits hold them exactly.</summary>
    public static readonly float[] W = [1, 0.5f, -1, 0, 0.25f, 2, 0, -0.5f];

    /// <summary>P, [modality][value] row by row.</summary>
    public static readonly float[] P = [1, -1, 0.5f, 2];

    /// <summary>V, [behaviour][label] row by row: behaviour b speaks for label b modulo 4.</summary>
    public static readonly float[] V = ContextWeights();

    private static readonly string[] Modalities = ["force", "proprioception"];
    private static readonly int[] Widths = [6, 21];

    /// <summary>The whole graph; "fp32", "fp16" or "int8".</summary>
    public static byte[] Whole(string precision = "fp32")
    {
        var model = new OnnxModelWriter();
        Encode(model, 0);
        Encode(model, 1);
        Fuse(model, precision);
        return model.ToArray();
    }

    /// <summary>The encoder graph of a modality: its mean as one token.</summary>
    public static byte[] Encoder(int modality)
    {
        var model = new OnnxModelWriter();
        Encode(model, modality);
        return model.Output("tokens_" + Modalities[modality], OnnxModelWriter.Float32, null, 1).ToArray();
    }

    /// <summary>The fusing graph.</summary>
    public static byte[] Fusion()
    {
        var model = new OnnxModelWriter();
        foreach (string modality in Modalities)
        {
            model.Input("tokens_" + modality, OnnxModelWriter.Float32, null, 1);
        }

        Fuse(model, "fp32");
        return model.ToArray();
    }

    /// <summary>The manifest.</summary>
    /// <param name="split">Whether it declares the split graphs.</param>
    /// <param name="variants">Whether it declares the variants.</param>
    public static string Json(bool split = true, bool variants = true)
    {
        string encoders = string.Join(", ", Enumerable.Range(0, 2).Select(i => $$"""
            { "modality": "{{Modalities[i]}}", "file": "encoder_{{Modalities[i]}}.onnx",
              "sha256": "{{Hash(Encoder(i))}}", "inputs": ["{{Modalities[i]}}"],
              "outputs": ["tokens_{{Modalities[i]}}"] }
            """));
        string splitPart = !split ? "" : $$"""
            "split": { "encoders": [ {{encoders}} ],
              "fusion": { "file": "fusion.onnx", "sha256": "{{Hash(Fusion())}}" } },
            """;
        string variantPart = !variants ? "" : $$"""
            "variants": [
              { "precision": "fp16", "file": "model.fp16.onnx", "sha256": "{{Hash(Whole("fp16"))}}" },
              { "precision": "int8", "file": "model.int8.onnx", "sha256": "{{Hash(Whole("int8"))}}" } ],
            """;
        return $$"""
            {
              "schema": 1, "name": "parts", "version": "1.0.0",
              "file": "model.onnx", "sha256": "{{Hash(Whole())}}", "opset": 17,
              "window": { "length_ms": 1000, "hop_ms": 100, "deadline_ms": 50 },
              "inputs": [
                { "tensor": "force", "modality": "force", "kind": "vector", "type": "float32", "shape": [1, 10, 6],
                  "layout": "NTC", "rate_hz": 10, "max_gap_ms": 150 },
                { "tensor": "proprioception", "modality": "proprioception", "kind": "vector", "type": "float32",
                  "shape": [1, 10, 21], "layout": "NTC", "rate_hz": 10, "max_gap_ms": 150 }
              ],
              "mask": { "tensor": "avail", "shape": [1, 2] },
              "context": [ { "name": "behaviour", "tensor": "context_behaviour",
                "labels": {{List(Behaviours)}} } ],
              {{splitPart}}
              {{variantPart}}
              "heads": [
                { "name": "weight", "kind": "classification", "tensor": "logits_weight", "labels": {{List(Weights)}},
                  "per_modality_tensor": "logits_weight_per_modality" },
                { "name": "pose", "kind": "regression", "tensor": "pose", "elements": ["x", "y"],
                  "units": ["m", "m"] }
              ]
            }
            """;
    }

    /// <summary>The manifest as read.</summary>
    public static ModelManifest Manifest(bool split = true, bool variants = true) =>
        ManifestReader.Parse(System.Text.Encoding.UTF8.GetBytes(Json(split, variants)), "parts");

    /// <summary>Writes all files of the model into a folder.</summary>
    public static void WriteTo(string folder, bool split = true, bool variants = true)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "manifest.json"), Json(split, variants));
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), Whole());
        if (split)
        {
            File.WriteAllBytes(Path.Combine(folder, "encoder_force.onnx"), Encoder(0));
            File.WriteAllBytes(Path.Combine(folder, "encoder_proprioception.onnx"), Encoder(1));
            File.WriteAllBytes(Path.Combine(folder, "fusion.onnx"), Fusion());
        }

        if (variants)
        {
            File.WriteAllBytes(Path.Combine(folder, "model.fp16.onnx"), Whole("fp16"));
            File.WriteAllBytes(Path.Combine(folder, "model.int8.onnx"), Whole("int8"));
        }
    }

    private static float[] ContextWeights()
    {
        var weights = new float[Behaviours.Length * Weights.Length];
        for (int b = 0; b < Behaviours.Length; b++)
        {
            weights[(b * Weights.Length) + (b % Weights.Length)] = 1;
        }

        return weights;
    }

    private static string Hash(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    private static string List(string[] texts) => $"[{string.Join(", ", texts.Select(text => $"\"{text}\""))}]";

    private static void Encode(OnnxModelWriter model, int modality)
    {
        string name = Modalities[modality];
        model.Input(name, OnnxModelWriter.Float32, null, 10, Widths[modality])
            .Node("Flatten", [name], [name + "_flat"], attributes: ("axis", 1L))
            .Node(
                "ReduceMean", [name + "_flat"], ["tokens_" + name], "", ("axes", new[] { 1L }), ("keepdims", 1L));
    }

    private static void Fuse(OnnxModelWriter model, string precision)
    {
        model.Input("avail", OnnxModelWriter.Float32, null, 2)
            .Input("context_behaviour", OnnxModelWriter.Float32, null, Behaviours.Length)
            .Floats("zero", [1], 0)
            .Floats("p", [2, 2], P)
            .Floats("v", [Behaviours.Length, Weights.Length], V)
            .Longs("axis_1", 1)
            .Longs("axis_2", 2)
            .Node("Concat", ["tokens_force", "tokens_proprioception"], ["means"], attributes: ("axis", 1L))
            .Node("Greater", ["avail", "zero"], ["present"])
            .Node("Where", ["present", "means", "zero"], ["masked"])
            .Node("Unsqueeze", ["masked", "axis_2"], ["column"]);
        Weigh(model.Floats("w", [1, 2, Weights.Length], W), precision);
        model
            .Node("ReduceSum", ["logits_weight_per_modality", "axis_1"], ["summed"], attributes: ("keepdims", 0L))
            .Node("MatMul", ["context_behaviour", "v"], ["told"])
            .Node("Add", ["summed", "told"], ["logits_weight"])
            .Node("MatMul", ["masked", "p"], ["pose"])
            .Output("logits_weight", OnnxModelWriter.Float32, null, Weights.Length)
            .Output("logits_weight_per_modality", OnnxModelWriter.Float32, null, 2, Weights.Length)
            .Output("pose", OnnxModelWriter.Float32, null, 2);
    }

    private static void Weigh(OnnxModelWriter model, string precision)
    {
        const long Half = 10;
        switch (precision)
        {
            case "fp16":
                model.Node("Cast", ["column"], ["column_h"], attributes: ("to", Half))
                    .Node("Cast", ["w"], ["w_h"], attributes: ("to", Half))
                    .Node("Mul", ["column_h", "w_h"], ["weighed_h"])
                    .Node(
                        "Cast", ["weighed_h"], ["logits_weight_per_modality"],
                        attributes: ("to", (long)OnnxModelWriter.Float32));
                break;
            case "int8":
                model.Floats("scale", [], 1f / 32)
                    .Int8s("zero_point", [], 0)
                    .Node("QuantizeLinear", ["w", "scale", "zero_point"], ["w_q"])
                    .Node("DequantizeLinear", ["w_q", "scale", "zero_point"], ["w_d"])
                    .Node("Mul", ["column", "w_d"], ["logits_weight_per_modality"]);
                break;
            default:
                model.Node("Mul", ["column", "w"], ["logits_weight_per_modality"]);
                break;
        }
    }
}
