using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Worker.Dashboard;

/// <summary>What the timeline of the page shows of one window.</summary>
/// <param name="Sequence">Number of the prediction within the run.</param>
/// <param name="End">End of the window.</param>
/// <param name="Outcome">Settled or deadline.</param>
/// <param name="Quality">Whether there are scores.</param>
/// <param name="TotalNanoseconds">End of the window to the finished prediction.</param>
internal readonly record struct RecentWindow(
    long Sequence, Timestamp End, CutOutcome Outcome, PredictionQuality Quality, long TotalNanoseconds);

/// <summary>
/// Keeps the latest prediction and the outline of the last few hundred for whoever looks; knows of no viewer.
/// </summary>
/// <remarks><b>Threading.</b> Written by its sink's thread, read by any. Allocates nothing after
/// construction.</remarks>
internal sealed class RecentPredictions : IPredictionSink
{
    private const int Kept = 512;

    private readonly Lock _lock = new();
    private readonly Prediction _latest;
    private readonly RecentWindow[] _windows = new RecentWindow[Kept];
    private readonly Presence[] _presence;
    private readonly int _inputs;
    private long _count;

    public RecentPredictions(ModelManifest manifest)
    {
        _latest = new Prediction(manifest);
        _inputs = manifest.Inputs.Length;
        _presence = new Presence[Kept * _inputs];
    }

    /// <inheritdoc/>
    public string Name => "dashboard";

    /// <summary>Predictions taken so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        lock (_lock)
        {
            _latest.CopyFrom(prediction);
            int slot = (int)(_count % Kept);
            _windows[slot] = new RecentWindow(
                prediction.Sequence, prediction.End, prediction.Outcome, prediction.Quality,
                prediction.Times.Decoded.NanosecondsSince(prediction.End));
            for (int i = 0; i < _inputs; i++)
            {
                _presence[(slot * _inputs) + i] = prediction.Modalities[i].Presence;
            }

            _count++;
        }
    }

    /// <summary>Copies the latest prediction out; false before the first.</summary>
    public bool TryReadLatest(Prediction into)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return false;
            }

            into.CopyFrom(_latest);
            return true;
        }
    }

    /// <summary>Copies one window's outline out; false where it is not there yet or no longer.</summary>
    /// <param name="number">Number of the prediction since start, 0..<see cref="Count"/> - 1.</param>
    /// <param name="window">The outline.</param>
    /// <param name="presence">Receives the presence of each input, in the manifest's order.</param>
    public bool TryRead(long number, out RecentWindow window, Span<Presence> presence)
    {
        lock (_lock)
        {
            window = default;
            if (number < 0 || number >= _count || number < _count - Kept)
            {
                return false;
            }

            int slot = (int)(number % Kept);
            window = _windows[slot];
            _presence.AsSpan(slot * _inputs, _inputs).CopyTo(presence);
            return true;
        }
    }
}
