namespace EdgeFusion.Diagnostics;

/// <summary>Durations of the stages of a pipeline.</summary>
/// <remarks><b>Threading.</b> Written by the fusion thread, read by any.</remarks>
public sealed class StageMeter
{
    /// <summary>End of the window to its cut: waiting for samples.</summary>
    public LatencyHistogram Wait { get; } = new();

    /// <summary>Arrival of the newest sample used to the cut: how promptly a complete window leaves.</summary>
    public LatencyHistogram Ready { get; } = new();

    /// <summary>Cut to tensors filled.</summary>
    public LatencyHistogram Bind { get; } = new();

    /// <summary>The model's run.</summary>
    public LatencyHistogram Infer { get; } = new();

    /// <summary>Outputs to prediction.</summary>
    public LatencyHistogram Decode { get; } = new();

    /// <summary>Explaining an answer, where that is asked for; after <see cref="Total"/>.</summary>
    public LatencyHistogram Explain { get; } = new();

    /// <summary>End of the window to the finished prediction.</summary>
    public LatencyHistogram Total { get; } = new();

    /// <summary>Forgets everything, e.g. after a warm-up.</summary>
    public void Reset()
    {
        Wait.Reset();
        Ready.Reset();
        Bind.Reset();
        Infer.Reset();
        Decode.Reset();
        Total.Reset();
        Explain.Reset();
    }
}
