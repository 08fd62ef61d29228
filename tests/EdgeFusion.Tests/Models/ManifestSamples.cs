using EdgeFusion.Testing.Inference;

namespace EdgeFusion.Tests.Models;

/// <summary>Manifests as text: whole ones, and one fault each with the path where it must be reported.</summary>
internal static class ManifestSamples
{
    /// <summary>Manifest of <see cref="ContractModel"/>.</summary>
    public static string Contract() => ContractModel.Json;

    /// <summary>The least that a manifest may hold, with a regression head.</summary>
    public static string Least() => $$"""
        {
          "schema": 1, "name": "least", "version": "0.1.0-beta.2",
          "file": "m.onnx", "sha256": "{{new string('0', 64)}}", "opset": 9,
          "window": { "length_ms": 0.5, "hop_ms": 0.25, "deadline_ms": 0 },
          "inputs": [ { "tensor": "x", "modality": "force", "kind": "vector", "type": "float32", "shape": [1, 1, 1],
            "layout": "NTC", "rate_hz": 2000 } ],
          "heads": [ { "name": "grip", "kind": "regression", "tensor": "y", "labels": ["width"], "units": ["m"] } ]
        }
        """;

    /// <summary>Stereo audio.</summary>
    public static string Stereo() => Contract()
        .Replace("\"shape\": [1, 16]", "\"shape\": [1, 2, 16]", StringComparison.Ordinal)
        .Replace("\"NT\", \"channels\": 1", "\"NCT\", \"channels\": 2", StringComparison.Ordinal);

    /// <summary>Faults that reader and schema both see: (from, to, path).</summary>
    public static TheoryData<string, string, string> Both { get; } = new()
    {
        { "\"schema\": 1", "\"schema\": 2", "$.schema" },
        { "\"schema\": 1", "\"schema\": \"1\"", "$.schema" },
        { "\"schema\": 1, ", "", "$.schema" },
        { "\"name\": \"contract\"", "\"name\": \"Contract\"", "$.name" },
        { "\"name\": \"contract\"", "\"name\": \"-contract\"", "$.name" },
        { "\"name\": \"contract\"", "\"name\": \"\"", "$.name" },
        { "\"name\": \"contract\"", "\"name\": 7", "$.name" },
        { "\"1.0.0\"", "\"1.0\"", "$.version" },
        { "\"1.0.0\"", "\"1..0\"", "$.version" },
        { "\"file\": \"model.onnx\", ", "", "$.file" },
        { "\"model.onnx\"", "\"../model.onnx\"", "$.file" },
        { "\"model.onnx\"", "\"model.pb\"", "$.file" },
        { "\"opset\": 17", "\"opset\": 17.5", "$.opset" },
        { "\"opset\": 17", "\"opset\": 0", "$.opset" },
        { "\"opset\": 17", "\"opset\": null", "$.opset" },
        { "\"opset\": 17", "\"ops\": 17", "$.ops" },
        { "\"length_ms\": 1000", "\"length_ms\": 0", "$.window.length_ms" },
        { "\"length_ms\": 1000", "\"length_ms\": 1e999", "$.window.length_ms" },
        { "\"hop_ms\": 100", "\"hop_ms\": -1", "$.window.hop_ms" },
        { "\"hop_ms\": 100, ", "", "$.window.hop_ms" },
        { "\"deadline_ms\": 50", "\"deadline_ms\": -0.5", "$.window.deadline_ms" },
        { "\"deadline_ms\": 50", "\"deadline_ms\": 50, \"unit\": 1", "$.window.unit" },
        { "\"tensor\": \"camera\"", "\"tensor\": \"cam era\"", "$.inputs[0].tensor" },
        { "\"modality\": \"camera\"", "\"modality\": \"Camera\"", "$.inputs[0].modality" },
        { "\"kind\": \"frames\"", "\"kind\": \"images\"", "$.inputs[0].kind" },
        { "\"type\": \"uint8\"", "\"type\": \"float32\"", "$.inputs[0].type" },
        { "[1, 2, 2, 2, 3]", "[1, 2, 2, 2]", "$.inputs[0].shape" },
        { "[1, 2, 2, 2, 3]", "[2, 2, 2, 2, 3]", "$.inputs[0].shape[0]" },
        { "[1, 2, 2, 2, 3]", "[1, 0, 2, 2, 3]", "$.inputs[0].shape[1]" },
        { "[1, 2, 2, 2, 3]", "[1, 2, 2, 2.5, 3]", "$.inputs[0].shape[3]" },
        { "[1, 2, 2, 2, 3]", "\"12223\"", "$.inputs[0].shape" },
        { "\"layout\": \"NTHWC\"", "\"layout\": \"NTCHW\"", "$.inputs[0].layout" },
        { "\"layout\": \"NTHWC\"", "\"layout\": \"NT\"", "$.inputs[0].layout" },
        { "\"pixel_format\": \"rgb8\", ", "", "$.inputs[0].pixel_format" },
        { "\"rgb8\"", "\"yuv\"", "$.inputs[0].pixel_format" },
        { "\"fit\": \"crop\"", "\"fit\": \"pad\"", "$.inputs[0].fit" },
        { "\"rate_hz\": 2,", "\"rate_hz\": 0,", "$.inputs[0].rate_hz" },
        { "\"rate_hz\": 2,", "\"rate\": 2,", "$.inputs[0].rate" },
        { "\"anchor\": \"center\"", "\"anchor\": \"middle\"", "$.inputs[0].anchor" },
        { "\"interpolation\": \"nearest\"", "\"interpolation\": \"linear\"", "$.inputs[0].interpolation" },
        { "\"interpolation\": \"nearest\"", "\"interpolation\": \"cubic\"", "$.inputs[0].interpolation" },
        { "\"max_gap_ms\": 200", "\"max_gap_ms\": 0", "$.inputs[0].max_gap_ms" },
        { "\"min_coverage\": 0.4", "\"min_coverage\": 1.1", "$.inputs[0].min_coverage" },
        { "\"min_coverage\": 0.4", "\"min_coverage\": 0", "$.inputs[0].min_coverage" },
        { "\"min_coverage\": 0.4", "\"channels\": 1", "$.inputs[0].channels" },
        { "\"channels\": 1", "\"channels\": 65", "$.inputs[1].channels" },
        { "\"channels\": 1", "\"elements\": [\"a\"]", "$.inputs[1].elements" },
        { "\"unit\": \"fullscale\"", "\"unit\": \"\"", "$.inputs[1].unit" },
        { "[\"fx\", \"fy\"]", "[\"fx\", 1]", "$.inputs[2].elements[1]" },
        { "[\"fx\", \"fy\"]", "[\"fx\", \"fx\"]", "$.inputs[2].elements[1]" },
        { "[\"fx\", \"fy\"]", "[\"fx\", \"f\\ny\"]", "$.inputs[2].elements[1]" },
        { "{ \"tensor\": \"avail\"", "{ \"name\": \"avail\"", "$.mask.name" },
        { "\"shape\": [1, 3]", "\"shape\": [1, 3, 1]", "$.mask.shape" },
        { "\"mask\": { \"tensor\": \"avail\", \"shape\": [1, 3] }", "\"mask\": \"avail\"", "$.mask" },
        { "\"name\": \"weight\"", "\"name\": \"we/ight\"", "$.heads[0].name" },
        { "\"kind\": \"classification\"", "\"kind\": \"detection\"", "$.heads[0].kind" },
        { "[\"light\", \"heavy\"]", "[\"light\"]", "$.heads[0].labels" },
        { "[\"light\", \"heavy\"]", "[\"light\", \"light\"]", "$.heads[0].labels[1]" },
        { "[\"light\", \"heavy\"]", "[]", "$.heads[0].labels" },
        { "\"labels\"", "\"label\"", "$.heads[0].label" },
        { "\"temperature\": 1.5", "\"temperature\": 0", "$.heads[0].temperature" },
        { "\"temperature\": 1.5", "\"units\": [\"g\", \"g\"]", "$.heads[0].units" },
        { "\"size\": 4", "\"size\": 0", "$.embedding.size" },
        { ", \"size\": 4", "", "$.embedding.size" },
        { "\"numerics\": { \"gelu\": \"erf\", \"layer_norm_epsilon\": 1e-6 }", "\"numerics\": []", "$.numerics" },
        { "\"frontend\": { \"anything\": [1, { \"goes\": null }] }", "\"frontend\": 1", "$.frontend" },
        { "\"provenance\": {", "\"provenience\": {", "$.provenience" },
    };

    /// <summary>Faults that relate two places, which a schema cannot express: only the reader sees them.</summary>
    public static TheoryData<string, string, string> ReaderOnly { get; } = new()
    {
        { "[1, 2, 2, 2, 3]", "[1, 2, 2, 2, 1]", "$.inputs[0].shape[4]" },
        { "[1, 2, 2, 2, 3]", "[1, 3, 2, 2, 3]", "$.inputs[0].shape" },
        { "[1, 2, 2, 2, 3]", "[1, 2, 4096, 16384, 3]", "$.inputs[0].shape" },
        { "\"channels\": 1", "\"channels\": 2", "$.inputs[1].channels" },
        { "[\"fx\", \"fy\"]", "[\"fx\", \"fy\", \"fz\"]", "$.inputs[2].elements" },
        { "[\"N\", \"N\"]", "[\"N\"]", "$.inputs[2].units" },
        { "\"rate_hz\": 4", "\"rate_hz\": 3.9", "$.inputs[2].shape" },
        { "\"modality\": \"force\"", "\"modality\": \"camera\"", "$.inputs[2].modality" },
        { "\"tensor\": \"force\"", "\"tensor\": \"camera\"", "$.inputs[2].tensor" },
        { "\"tensor\": \"avail\"", "\"tensor\": \"camera\"", "$.mask.tensor" },
        { "\"shape\": [1, 3]", "\"shape\": [1, 4]", "$.mask.shape" },
        { "\"tensor\": \"embedding\"", "\"tensor\": \"logits_weight\"", "$.embedding.tensor" },
        { "\"hop_ms\": 100", "\"hop_ms\": 100, \"hop_ms\": 50", "$.window.hop_ms" },
    };
}
