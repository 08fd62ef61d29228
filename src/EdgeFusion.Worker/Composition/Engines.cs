using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;

namespace EdgeFusion.Worker.Composition;

/// <summary>Words of configuration and command line for engines.</summary>
internal static class Engines
{
    /// <summary>Which graphs can be asked for.</summary>
    public static readonly string[] Graphs = ["auto", "whole", "split"];

    /// <summary>Precisions that can be asked for.</summary>
    public static readonly string[] Precisions = ["fp32", "fp16", "int8"];

    /// <summary>The choice behind a word of <see cref="Graphs"/>.</summary>
    public static GraphChoice Graph(string word) => (GraphChoice)Array.IndexOf(Graphs, word);

    /// <summary>Opens and checks a model by name or path in a precision.</summary>
    public static ModelBundle OpenBundle(string nameOrPath, string precision) =>
        ModelBundle.Open(ModelPaths.Resolve(nameOrPath), precision: precision);

    /// <summary>Opens an engine.</summary>
    public static IInferenceEngine Open(ModelBundle bundle, OnnxEngineOptions options) =>
        OnnxEngines.Create(bundle, options);
}
