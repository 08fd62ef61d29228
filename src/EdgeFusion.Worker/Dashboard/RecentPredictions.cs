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
/// <param name="IsExplained">Whether it says what each modality contributed.</param>
/// <param name="Times">Its way through the pipeline.</param>
internal readonly record struct RecentWindow(
    long Sequence, Timestamp End, CutOutcome Outcome, PredictionQuality Quality, bool IsExplained, StageTimes Times)
{
    /// <summary>End of the window to the finished prediction.</summary>
    public long TotalNanoseconds => Times.Decoded.NanosecondsSince(End);
}

/// <summary>
/// Keeps the last few predictions and the outlines of the last few hundred for whoever looks; knows of no viewer.
/// </summary>
/// <remarks><b>Threading.</b> Written by its sink's thread, read by any. Allocates nothing after
/// construction.</remarks>
internal sealed class RecentPredictions : IPredictionSink
{
    private const int Kept = 512;

    /// <summary>Whole predictions kept: 3 s at 10 Hz for a viewer that is late.</summary>
    private const int KeptWhole = 32;

    private readonly Lock _lock = new();
    private readonly Prediction[] _whole = new Prediction[KeptWhole];
    private readonly Prediction _explained;
    private bool _hasExplained;
    private readonly RecentWindow[] _windows = new RecentWindow[Kept];
    private readonly Presence[] _presence;
    private readonly int _inputs;
    private long _count;

    public RecentPredictions(ModelManifest manifest)
    {
        _explained = new Prediction(manifest);
        for (int i = 0; i < KeptWhole; i++)
        {
            _whole[i] = new Prediction(manifest);
        }

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
            _whole[_count % KeptWhole].CopyFrom(prediction);
            if (prediction.Explanation == ExplanationState.Done)
            {
                _explained.CopyFrom(prediction);
                _hasExplained = true;
            }

            int slot = (int)(_count % Kept);
            _windows[slot] = new RecentWindow(
                prediction.Sequence, prediction.End, prediction.Outcome, prediction.Quality,
                prediction.Explanation == ExplanationState.Done, prediction.Times);
            for (int i = 0; i < _inputs; i++)
            {
                _presence[(slot * _inputs) + i] = prediction.Modalities[i].Presence;
            }

            _count++;
        }
    }

    /// <summary>Copies the latest prediction out; false before the first.</summary>
    public bool TryReadLatest(Prediction into) => TryRead(Count - 1, into);

    /// <summary>Copies one of the last predictions out; false where it is not there yet or no longer.</summary>
    /// <param name="number">Number of the prediction since start, 0..<see cref="Count"/> - 1.</param>
    /// <param name="into">A prediction of the same model.</param>
    public bool TryRead(long number, Prediction into)
    {
        lock (_lock)
        {
            if (number < 0 || number >= _count || number < _count - KeptWhole)
            {
                return false;
            }

            into.CopyFrom(_whole[number % KeptWhole]);
            return true;
        }
    }

    /// <summary>Copies the latest explained prediction out; false where there was none.</summary>
    public bool TryReadExplained(Prediction into)
    {
        lock (_lock)
        {
            if (_hasExplained)
            {
                into.CopyFrom(_explained);
            }

            return _hasExplained;
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
