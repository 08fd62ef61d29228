using System.Collections.Immutable;

namespace EdgeFusion.OnnxRuntime;

/// <summary>How a model is run.</summary>
public sealed record OnnxEngineOptions
{
    /// <summary>
    /// Providers in order of preference: "tensorrt", "cuda", "cpu", or "auto" for these three in this order (default).
    /// The first that works is used; <see cref="Inference.EngineInfo.FallbackReason"/> says why an earlier one is not.
    /// </summary>
    public ImmutableArray<string> Providers { get; init; } = ["auto"];

    /// <summary>Whether encoders and fusing graph run where the model has them (default), or the whole
    /// graph.</summary>
    public GraphChoice Graph { get; init; }

    /// <summary>Number of the GPU; default 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>
    /// Threads within one operator on the CPU, 1..64; default 1. With one thread the order of every sum is fixed, so
    /// that one machine always gives the same bytes, and no thread spins between windows. More threads shorten large
    /// models.
    /// </summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Half precision where the provider offers it (TensorRT); default false.</summary>
    public bool HalfPrecision { get; init; }

    /// <summary>
    /// Folder for compiled engines (TensorRT), or null for none (default). Created with mode 0700; what lies there is
    /// code and trusted as such. Each model, run time and driver has a sub-folder of its own.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Runs on zeros before the engine is handed out, 0..100; default 2. The first allocates and tunes.
    /// </summary>
    public int WarmUpRuns { get; init; } = 2;

    /// <summary>Checks all values and lists every fault.</summary>
    /// <exception cref="ConfigurationException">A value is out of its range.</exception>
    public void Validate()
    {
        List<string> faults = [];
        if (Providers.IsDefaultOrEmpty)
        {
            faults.Add("Providers is empty; default is auto");
        }
        else
        {
            foreach (string provider in Providers)
            {
                if (provider is not ("auto" or "tensorrt" or "cuda" or "cpu"))
                {
                    faults.Add($"Providers has '{provider}'; this build knows auto, tensorrt, cuda, cpu");
                }
            }
        }

        Check(faults, nameof(DeviceId), DeviceId, 0, 63);
        Check(faults, nameof(IntraOpThreads), IntraOpThreads, 1, 64);
        Check(faults, nameof(WarmUpRuns), WarmUpRuns, 0, 100);
        if (faults.Count > 0)
        {
            throw new ConfigurationException("Engine options: " + string.Join("; ", faults) + ".");
        }
    }

    private static void Check(List<string> faults, string name, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            faults.Add($"{name} is {value}, expected {min} to {max}");
        }
    }
}
