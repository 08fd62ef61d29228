using EdgeFusion.Inference;
using EdgeFusion.Models;

namespace EdgeFusion.Tests.Pipeline;

/// <summary>A deterministic engine: logits are sums over the inputs, so that every byte counts.</summary>
internal sealed class SumEngine : IInferenceEngine
{
    public SumEngine(ModelManifest manifest)
    {
        Manifest = manifest;
        Arena = new TensorArena(manifest);
    }

    public ModelManifest Manifest { get; }

    public EngineInfo Info { get; } = new("fake", "cpu", "fp32", null);

    public TensorArena Arena { get; }

    public void Run()
    {
        Span<float> logits = Arena.Floats(Arena.HeadIndices[0]);
        logits.Clear();
        for (int i = 0; i < Arena.InputCount; i++)
        {
            float sum = 0;
            int weight = 0;
            foreach (byte value in Arena.Bytes(i))
            {
                weight = (weight + 7) % 1_009;
                sum += value * weight * 1e-7f;
            }

            logits[i % logits.Length] += sum * Arena.Floats(Arena.MaskIndex)[i];
        }
    }

    public void Dispose() => Arena.Dispose();
}
