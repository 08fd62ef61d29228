using System.Buffers;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Time;

namespace EdgeFusion.Worker.Dashboard.Foxglove;

/// <summary>Writes recent predictions for all clients.</summary>
/// <remarks><b>Threading.</b> Any thread.</remarks>
internal sealed class PredictionTexts(
    RecentPredictions recent, ModelManifest manifest, PipelineClock clock, string node) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PredictionFormat _format = new(manifest, new PredictionFormatOptions { Node = node });
    private readonly Prediction _prediction = new(manifest);

    /// <summary>Writes one; false where it is no longer there.</summary>
    /// <param name="number">Its number, as in <see cref="RecentPredictions"/>.</param>
    /// <param name="output">Where to.</param>
    /// <param name="cut">When its window was cut.</param>
    public bool TryWrite(long number, IBufferWriter<byte> output, out Timestamp cut)
    {
        lock (_lock)
        {
            bool there = recent.TryRead(number, _prediction);
            cut = _prediction.Times.Cut;
            if (there)
            {
                _format.WritePrediction(_prediction, clock.Now, output);
            }

            return there;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _format.Dispose();
}
