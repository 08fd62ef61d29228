using EdgeFusion.Models;
using EdgeFusion.Predictions;

namespace EdgeFusion.Worker.Live;

/// <summary>Keeps the latest prediction for a screen and counts all of them.</summary>
internal sealed class LatestPrediction(ModelManifest manifest) : IPredictionSink
{
    private readonly Lock _lock = new();
    private readonly Prediction _latest = new(manifest);
    private long _count;

    public string Name => "screen";

    public long Count => Interlocked.Read(ref _count);

    public void Write(Prediction prediction)
    {
        lock (_lock)
        {
            _latest.CopyFrom(prediction);
        }

        Interlocked.Increment(ref _count);
    }

    /// <summary>Copies the latest prediction out; false before the first.</summary>
    public bool TryRead(Prediction into)
    {
        lock (_lock)
        {
            into.CopyFrom(_latest);
        }

        return Count > 0;
    }
}
