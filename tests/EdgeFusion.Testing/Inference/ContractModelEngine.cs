using EdgeFusion.Inference;
using EdgeFusion.Models;

namespace EdgeFusion.Testing.Inference;

/// <summary>The arithmetic of <see cref="ContractModel"/> in C#: an engine for tests that need no run time.</summary>
public sealed class ContractModelEngine : IInferenceEngine
{
    private bool _disposed;

    /// <inheritdoc/>
    public ModelManifest Manifest => ContractModel.Manifest;

    /// <inheritdoc/>
    public EngineInfo Info { get; } = new("fake", "cpu", "fp32", null);

    /// <inheritdoc/>
    public TensorArena Arena { get; } = new(ContractModel.Manifest);

    /// <inheritdoc/>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<float> mask = Arena.Floats(Arena.MaskIndex);
        Span<float> logits = Arena.Floats(Arena.HeadIndices[0]);
        Span<float> perModality = Arena.Floats(Arena.PerModalityIndices[0]);
        Span<float> embedding = Arena.Floats(Arena.EmbeddingIndex);
        logits.Clear();
        embedding.Clear();
        for (int i = 0; i < ContractModel.Modalities; i++)
        {
            float mean = mask[i] > 0 ? Mean(i) : 0;
            for (int c = 0; c < ContractModel.Labels; c++)
            {
                float score = mean * ContractModel.Weights[(i * ContractModel.Labels) + c];
                perModality[(i * ContractModel.Labels) + c] = score;
                logits[c] += score;
            }

            for (int e = 0; e < ContractModel.EmbeddingSize; e++)
            {
                embedding[e] += mean * ContractModel.EmbeddingWeights[(i * ContractModel.EmbeddingSize) + e];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        Arena.Dispose();
    }

    private float Mean(int input)
    {
        float sum = 0;
        if (Arena.Slots[input].Type == TensorType.UInt8)
        {
            Span<byte> bytes = Arena.Bytes(input);
            foreach (byte value in bytes)
            {
                sum += value;
            }

            return sum / bytes.Length;
        }

        Span<float> floats = Arena.Floats(input);
        foreach (float value in floats)
        {
            sum += value;
        }

        return sum / floats.Length;
    }
}
