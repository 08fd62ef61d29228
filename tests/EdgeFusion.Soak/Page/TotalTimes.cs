using EdgeFusion.Predictions;

namespace EdgeFusion.Soak.Page;

/// <summary>End of the window to the finished prediction, of all windows of one kind of moment.</summary>
/// <remarks><b>Threading.</b> Any thread.</remarks>
internal sealed class TotalTimes : IPredictionSink
{
    private readonly Lock _lock = new();
    private List<double>? _into;

    public string Name => "totals";

    /// <summary>Where the next ones go; null for nowhere.</summary>
    public void CollectInto(List<double>? list)
    {
        lock (_lock)
        {
            _into = list;
        }
    }

    public void Write(Prediction prediction)
    {
        lock (_lock)
        {
            _into?.Add(prediction.Times.Decoded.NanosecondsSince(prediction.End) / 1e6);
        }
    }
}
