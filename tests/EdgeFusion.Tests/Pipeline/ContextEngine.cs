using EdgeFusion.Inference;
using EdgeFusion.Models;

namespace EdgeFusion.Tests.Pipeline;

/// <summary>An engine whose logits are its context input: what it was told decides its answer.</summary>
internal sealed class ContextEngine(ModelManifest manifest) : IInferenceEngine
{
    public ModelManifest Manifest => manifest;

    public EngineInfo Info { get; } = new("fake", "cpu", "fp32", null);

    public TensorArena Arena { get; } = new(manifest);

    public void Run() =>
        Arena.Floats(Arena.ContextIndices[0]).CopyTo(Arena.Floats(Arena.HeadIndices[0]));

    public void Dispose() => Arena.Dispose();
}
