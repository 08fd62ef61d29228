using System.Collections.Immutable;
using System.Globalization;

namespace EdgeFusion.Models;

/// <summary>Compares what a manifest declares with what its graph declares and lists every difference.</summary>
internal sealed class ManifestGraphComparison
{
    private const int MaxNamesListed = 12;

    private readonly OnnxGraph _graph;
    private readonly List<string> _differences = [];
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);

    private ManifestGraphComparison(OnnxGraph graph) => _graph = graph;

    /// <summary>The differences, each naming both sides; empty where manifest and graph agree.</summary>
    public static List<string> Compare(ModelManifest manifest, OnnxGraph graph)
    {
        var comparison = new ManifestGraphComparison(graph);
        comparison.Opset(manifest);
        foreach (ModelInput input in manifest.Inputs)
        {
            comparison.Input(input.Tensor, input.Type, input.Shape);
        }

        comparison.Rest(manifest);
        return comparison._differences;
    }

    /// <summary>The differences of an encoder graph.</summary>
    public static List<string> CompareEncoder(ModelManifest manifest, SplitEncoder encoder, OnnxGraph graph)
    {
        var comparison = new ManifestGraphComparison(graph);
        comparison.Opset(manifest);
        foreach (ModelInput input in manifest.Inputs)
        {
            if (encoder.Inputs.Contains(input.Tensor))
            {
                comparison.Input(input.Tensor, input.Type, input.Shape);
            }
        }

        foreach (string token in encoder.Outputs)
        {
            comparison.Tokens(token);
        }

        comparison.Undeclared();
        return comparison._differences;
    }

    /// <summary>The differences of a fusing graph.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="graph">The fusing graph.</param>
    /// <param name="encoders">The encoder graphs in the order of the manifest, found good.</param>
    public static List<string> CompareFusion(
        ModelManifest manifest, OnnxGraph graph, ImmutableArray<BundleGraph> encoders)
    {
        var comparison = new ManifestGraphComparison(graph);
        comparison.Opset(manifest);
        for (int i = 0; i < encoders.Length; i++)
        {
            foreach (string token in manifest.Split!.Encoders[i].Outputs)
            {
                OnnxTensor found = OnnxGraph.Find(encoders[i].Graph.Outputs, token)!;
                comparison.Input(token, TensorType.Float32, found.FixedShape()!.Value);
            }
        }

        comparison.Rest(manifest);
        return comparison._differences;
    }

    private void Opset(ModelManifest manifest)
    {
        if (manifest.Opset != _graph.Opset)
        {
            _differences.Add($"opset: manifest says {manifest.Opset}, graph says {_graph.Opset}");
        }
    }

    private void Tokens(string name)
    {
        const int Float32 = 1;
        if (OnnxGraph.Find(_graph.Outputs, name) is not { } found)
        {
            _differences.Add(
                $"output '{PrintableText.Clean(name)}': the manifest names it, graph has {Names(_graph.Outputs)}");
        }
        else if (found.ElementType != Float32 || found.FixedShape() is null)
        {
            _differences.Add($"output '{PrintableText.Clean(name)}': tokens must be float32 with all extents but the "
                + $"batch given, graph says {found.Describe()}");
        }
    }

    /// <summary>Everything but what the sensors feed: mask, context, heads, embedding, and what nobody
    /// declared.</summary>
    private void Rest(ModelManifest manifest)
    {
        int inputs = manifest.Inputs.Length;
        if (manifest.Mask is { } mask)
        {
            Input(mask.Tensor, TensorType.Float32, [1, inputs]);
        }

        foreach (ContextInput context in manifest.Context)
        {
            Input(context.Tensor, TensorType.Float32, [1, context.Labels.Length]);
        }

        foreach (ModelHead head in manifest.Heads)
        {
            Output(head.Tensor, [1, head.Labels.Length]);
            if (head.PerModalityTensor is { } perModality)
            {
                Output(perModality, [1, inputs, head.Labels.Length]);
            }
        }

        if (manifest.Embedding is { } embedding)
        {
            Output(embedding.Tensor, [1, embedding.Size]);
        }

        Undeclared();
    }

    private void Undeclared()
    {
        foreach (OnnxTensor input in _graph.Inputs)
        {
            if (!_declared.Contains(input.Name))
            {
                _differences.Add($"input '{PrintableText.Clean(input.Name)}': the manifest does not mention it, graph "
                    + $"says {input.Describe()}");
            }
        }
    }

    private void Input(string name, TensorType type, ImmutableArray<int> shape)
    {
        _declared.Add(name);
        Tensor("input", _graph.Inputs, name, type, shape);
    }

    private void Output(string name, ImmutableArray<int> shape) =>
        Tensor("output", _graph.Outputs, name, TensorType.Float32, shape);

    private void Tensor(
        string side, ImmutableArray<OnnxTensor> tensors, string name, TensorType type, ImmutableArray<int> shape)
    {
        string manifest = Describe(type, shape);
        if (OnnxGraph.Find(tensors, name) is not { } found)
        {
            _differences.Add($"{side} '{name}': manifest says {manifest}, graph has none of that name; it has "
                + Names(tensors));
            return;
        }

        const int Float32 = 1;
        const int UInt8 = 2;
        int expected = type == TensorType.UInt8 ? UInt8 : Float32;
        if (found.ElementType != expected || !SameShape(found.Dimensions, shape))
        {
            _differences.Add($"{side} '{name}': manifest says {manifest}, graph says {found.Describe()}");
        }
    }

    // The batch may be left open in the graph; at run time it is 1.
    private static bool SameShape(ImmutableArray<long> graph, ImmutableArray<int> manifest)
    {
        if (graph.IsDefault || graph.Length != manifest.Length)
        {
            return false;
        }

        for (int i = 0; i < graph.Length; i++)
        {
            bool same = graph[i] == manifest[i] || (i == 0 && graph[i] == OnnxTensor.Dynamic);
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    private static string Describe(TensorType type, ImmutableArray<int> shape)
    {
        string[] extents = new string[shape.Length];
        for (int i = 0; i < extents.Length; i++)
        {
            extents[i] = shape[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"{(type == TensorType.UInt8 ? "uint8" : "float32")} [{string.Join(',', extents)}]";
    }

    private static string Names(ImmutableArray<OnnxTensor> tensors)
    {
        if (tensors.IsEmpty)
        {
            return "none at all";
        }

        var names = new List<string>();
        foreach (OnnxTensor tensor in tensors)
        {
            if (names.Count == MaxNamesListed)
            {
                names.Add("...");
                break;
            }

            names.Add(PrintableText.Clean(tensor.Name));
        }

        return string.Join(", ", names);
    }
}
