using EdgeFusion.Inference;
using EdgeFusion.Models;

namespace EdgeFusion.OnnxRuntime;

/// <summary>Opens the engine that options ask for.</summary>
/// <remarks><b>Threading.</b> Stateless; any thread.</remarks>
public static class OnnxEngines
{
    /// <summary>Loads a checked model, split or whole, on the first provider that works and warms it up.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="ConfigurationException">An option is out of its range.</exception>
    /// <exception cref="ModelException">The model is not split though that was asked for, or no provider could load
    /// and run it.</exception>
    public static IInferenceEngine Create(ModelBundle bundle, OnnxEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        bool split = options.Graph switch
        {
            GraphChoice.Whole => false,
            GraphChoice.Split => true,
            _ => bundle.Split is not null,
        };
        return split ? SplitEngine.Create(bundle, options) : OnnxEngine.Create(bundle, options);
    }
}
