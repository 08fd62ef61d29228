using System.Globalization;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using Microsoft.ML.OnnxRuntime;

namespace EdgeFusion.OnnxRuntime;

/// <summary>Finds the first provider on which an engine opens and runs.</summary>
internal static class ProviderChoice
{
    /// <summary>Opens an engine on one provider.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="info">What the engine will say of itself.</param>
    /// <param name="env">The run time's environment.</param>
    public delegate TEngine Opener<TEngine>(ExecutionProvider provider, EngineInfo info, OrtEnv env);

    /// <summary>Tries the providers in order.</summary>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    /// <exception cref="ModelException">None works; says why for each.</exception>
    public static TEngine First<TEngine>(ModelBundle bundle, OnnxEngineOptions options, Opener<TEngine> open)
        where TEngine : class
    {
        options.Validate();
        OrtEnv env = ProviderProbe.Environment();
        List<string> reasons = [];
        foreach (ExecutionProvider provider in ExecutionProvider.Order(options.Providers))
        {
            string? reason = reasons.Count == 0 ? null : string.Join("; ", reasons);
            string? obstacle = ProviderProbe.Obstacle(env, provider);
            if (obstacle is null
                && TryOpen(open, provider, Describe(bundle, options, provider, reason), env, out obstacle)
                    is { } engine)
            {
                return engine;
            }

            reasons.Add($"{provider.Name}: {OneLine(obstacle ?? "")}");
        }

        throw new ModelException(
            $"Model '{bundle.Manifest.Name}' {bundle.Manifest.Version} runs on none of the providers asked for: "
            + $"{string.Join("; ", reasons)}. Add cpu to the list, or mend the first reason.");
    }

    /// <summary>A failure of a run as our exception.</summary>
    public static ModelException RunFailed(ModelManifest manifest, EngineInfo info, OnnxRuntimeException fault) => new(
        $"Model '{manifest.Name}' failed on {info.Provider} ({info.Device}): {OneLine(fault.Message)}", fault);

    private static EngineInfo Describe(
        ModelBundle bundle, OnnxEngineOptions options, ExecutionProvider provider, string? reason)
    {
        string device = provider.OnGpu ? string.Create(CultureInfo.InvariantCulture, $"gpu:{options.DeviceId}") : "cpu";
        string precision = provider == ExecutionProvider.TensorRt && options.HalfPrecision
            && bundle.Precision == ModelBundle.FullPrecision ? "fp16" : bundle.Precision;
        return new EngineInfo(provider.Name, device, precision, reason);
    }

    private static TEngine? TryOpen<TEngine>(
        Opener<TEngine> open, ExecutionProvider provider, EngineInfo info, OrtEnv env, out string? obstacle)
        where TEngine : class
    {
        try
        {
            obstacle = null;
            return open(provider, info, env);
        }
        catch (Exception fault) when (fault is OnnxRuntimeException or ModelException { InnerException: not null })
        {
            // A cause within means that run time or disk failed here; a refusal of ours has none and is final.
            obstacle = (fault.InnerException ?? fault).Message;
            return null;
        }
    }

    // The run time's messages hold file names of its own build and line breaks; a reason is one line.
    private static string OneLine(string message)
    {
        const int MaxLength = 300;
        string line = message.ReplaceLineEndings(" ").Trim();
        return line.Length <= MaxLength ? line : line[..MaxLength] + "...";
    }
}
