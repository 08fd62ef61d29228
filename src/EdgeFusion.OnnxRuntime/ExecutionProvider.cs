using System.Collections.Immutable;

namespace EdgeFusion.OnnxRuntime;

/// <summary>A provider of the run time that this adapter knows.</summary>
/// <param name="Name">Name in our configuration.</param>
/// <param name="RuntimeName">Name in ONNX Runtime.</param>
/// <param name="Library">Its own native library; null for the CPU, which is part of the run time.</param>
internal sealed record ExecutionProvider(string Name, string RuntimeName, string? Library)
{
    public static ExecutionProvider Cpu { get; } = new("cpu", "CPUExecutionProvider", null);

    public static ExecutionProvider Cuda { get; } =
        new("cuda", "CUDAExecutionProvider", "libonnxruntime_providers_cuda.so");

    public static ExecutionProvider TensorRt { get; } =
        new("tensorrt", "TensorrtExecutionProvider", "libonnxruntime_providers_tensorrt.so");

    /// <summary>Whether tensors live on another device than the CPU.</summary>
    public bool OnGpu => Library is not null;

    /// <summary>The providers that options ask for, in order, each once.</summary>
    public static ImmutableArray<ExecutionProvider> Order(ImmutableArray<string> names)
    {
        ImmutableArray<ExecutionProvider>.Builder order = ImmutableArray.CreateBuilder<ExecutionProvider>();
        foreach (string name in names)
        {
            ReadOnlySpan<ExecutionProvider> wanted = name switch
            {
                "tensorrt" => [TensorRt],
                "cuda" => [Cuda],
                "cpu" => [Cpu],
                _ => [TensorRt, Cuda, Cpu],
            };
            foreach (ExecutionProvider provider in wanted)
            {
                if (!order.Contains(provider))
                {
                    order.Add(provider);
                }
            }
        }

        return order.ToImmutable();
    }
}
