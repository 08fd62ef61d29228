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
        comparison.Run(manifest);
        return comparison._differences;
    }

    private void Run(ModelManifest manifest)
    {
        if (manifest.Opset != _graph.Opset)
        {
            _differences.Add($"opset: manifest says {manifest.Opset}, graph says {_graph.Opset}");
        }

        int inputs = manifest.Inputs.Length;
        foreach (ModelInput input in manifest.Inputs)
        {
            Input(input.Tensor, input.Type, input.Shape);
        }

        if (manifest.Mask is { } mask)
        {
            Input(mask.Tensor, TensorType.Float32, [1, inputs]);
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
