using EdgeFusion.Models;
using EdgeFusion.Sensing;

namespace EdgeFusion.Diagnostics;

/// <summary>
/// Told about changes of state, once per episode; the core itself does not log. Counters and durations are read from
/// the objects that own them.
/// </summary>
/// <remarks>
/// <b>Threading.</b> Called from the thread on which the change happened, outside of locks; must return quickly and
/// not throw.
/// </remarks>
public interface IPipelineObserver
{
    /// <summary>A sensor changed its state.</summary>
    void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason);

    /// <summary>A force sensor has a new zero.</summary>
    void SensorTared(SensorInfo sensor, SensorZero zero)
    {
    }

    /// <summary>Windows began (true) or ceased (false) to be skipped: the model is slower than the hop, or the machine
    /// wakes the pipeline late.</summary>
    void SkippingChanged(bool skipping, long skippedSoFar);

    /// <summary>The engine began (message) or ceased (null) to fail.</summary>
    void EngineChanged(string? failure);

    /// <summary>A sink began to lose predictions, ceased to (null), or threw.</summary>
    void SinkChanged(string sink, string? problem);

    /// <summary>Another model answers from the next window on; by default nothing happens.</summary>
    /// <param name="from">The model that answered until now.</param>
    /// <param name="to">The model that answers from now on.</param>
    /// <param name="reason">Why the change was taken back; null where it was asked for.</param>
    void ModelChanged(ModelManifest from, ModelManifest to, string? reason)
    {
    }
}

/// <summary>An observer that ignores everything.</summary>
public sealed class NullObserver : IPipelineObserver
{
    /// <summary>The one instance.</summary>
    public static NullObserver Instance { get; } = new();

    /// <inheritdoc/>
    public void SensorChanged(SensorInfo sensor, SensorState from, SensorState to, string reason)
    {
    }

    /// <inheritdoc/>
    public void SkippingChanged(bool skipping, long skippedSoFar)
    {
    }

    /// <inheritdoc/>
    public void EngineChanged(string? failure)
    {
    }

    /// <inheritdoc/>
    public void SinkChanged(string sink, string? problem)
    {
    }
}
