using EdgeFusion.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Pipeline;

/// <summary>
/// The engine that answers, and its change to another between two windows. The one before stays at hand for a
/// probation: it answers windows on which the new one fails, and is back for good when that happens too often.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Offer"/> and the properties from any thread, everything else from the fusion thread.
/// <b>Ownership.</b> Owns all engines it was given; those that are done with are disposed off the fusion thread.
/// Allocates nothing but at a change.
/// </remarks>
internal sealed class LiveEngine : IDisposable
{
    private readonly WindowAligner _aligner;
    private readonly TensorBinder _binder;
    private readonly IPipelineObserver _observer;
    private readonly bool _encodeEarly;
    private Model _current;
    private Model? _before;
    private Candidate? _next;
    private SwapOptions _terms = new();
    private int _windowsLeft;
    private int _failures;
    private int _changing;
    private bool _disposed;

    public LiveEngine(
        ModelManifest manifest, IInferenceEngine engine, WindowAligner aligner, TensorBinder binder, bool encodeEarly,
        IPipelineObserver observer)
    {
        _aligner = aligner;
        _binder = binder;
        _encodeEarly = encodeEarly;
        _observer = observer;
        _current = Describe(manifest, engine);
        Answered = engine;
    }

    /// <summary>The engine whose turn it is.</summary>
    public IInferenceEngine Engine => Volatile.Read(ref _current).Engine;

    /// <summary>Its contract.</summary>
    public ModelManifest Manifest => Volatile.Read(ref _current).Manifest;

    /// <summary>Whether a change has been asked for and is not over yet.</summary>
    public bool IsChanging => Volatile.Read(ref _changing) != 0;

    /// <summary>The engine that answered the latest window.</summary>
    public IInferenceEngine Answered { get; private set; }

    /// <summary>Hands over a warm engine that takes its turn with the next window.</summary>
    /// <exception cref="ConfigurationException">It does not fit, or another change is under way; it still belongs to
    /// the caller.</exception>
    public void Offer(IInferenceEngine candidate, SwapOptions terms)
    {
        List<string> faults = ModelSignature.Differences(Manifest, candidate.Manifest);
        if (faults.Count > 0)
        {
            throw new ConfigurationException(
                $"Model '{candidate.Manifest.Name}' {candidate.Manifest.Version} cannot take over from "
                + $"'{Manifest.Name}' {Manifest.Version} while it runs: {string.Join("; ", faults)}. Restart with it.");
        }

        if (Interlocked.CompareExchange(ref _changing, 1, 0) != 0)
        {
            throw new ConfigurationException(
                $"The model is being changed already: '{Manifest.Name}' {Manifest.Version} is on probation for some "
                + "windows more. Try again in some seconds.");
        }

        // Pairs with the exchange in TakeNext: who takes it sees a complete engine.
        Volatile.Write(ref _next, new Candidate(Describe(candidate.Manifest, candidate), terms));
    }

    /// <summary>Begins a window: changes to the engine that waits for it, if one does.</summary>
    public void TakeNext()
    {
        if (Volatile.Read(ref _next) is null || Interlocked.Exchange(ref _next, null) is not { } next)
        {
            return;
        }

        Model old = _current;
        _before = old;
        _terms = next.Terms;
        _windowsLeft = next.Terms.ProbationWindows;
        _failures = 0;
        Volatile.Write(ref _current, next.Model);
        _observer.ModelChanged(old.Manifest, next.Model.Manifest, null);
    }

    /// <summary>Lets the engine begin with a sensor that is settled; false where there is none.</summary>
    public bool TryOneEarly(Timestamp now) => _current.Early is { } early && early.TryOne(now);

    /// <summary>Answers a bound window.</summary>
    /// <returns>The engine's failure, or null.</returns>
    public string? Answer(FusionStage stage, Prediction prediction)
    {
        PredictionQuality bound = prediction.Quality;
        Answered = _current.Engine;
        string? failure = stage.Infer(_current.Engine, prediction);
        bool asked = bound is PredictionQuality.Full or PredictionQuality.Degraded;
        return _before is { } before && asked ? Judge(stage, prediction, bound, failure, before) : failure;
    }

    /// <summary>Disposes all engines; after the fusion thread has ended.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _current.Engine.Dispose();
        _before?.Engine.Dispose();
        Interlocked.Exchange(ref _next, null)?.Model.Engine.Dispose();
    }

    private string? Judge(
        FusionStage stage, Prediction prediction, PredictionQuality bound, string? failure, Model before)
    {
        if (failure is null && prediction.HasScores)
        {
            _windowsLeft--;
            if (_windowsLeft == 0)
            {
                End(retire: before);
            }

            return null;
        }

        string reason = failure ?? "its answers are not finite";
        Model failed = _current;
        failed.Engine.Arena.CopyInputsTo(before.Engine.Arena);
        prediction.Quality = bound;
        prediction.AnswerBy(before.Manifest);
        Answered = before.Engine;
        string? still = stage.Infer(before.Engine, prediction);

        // A window that neither can answer says nothing about the new one.
        _failures += still is null && prediction.HasScores ? 1 : 0;
        if (_failures >= _terms.MostFailures)
        {
            Volatile.Write(ref _current, before);
            End(retire: failed);
            _observer.ModelChanged(
                failed.Manifest, before.Manifest, $"it failed on {_failures} windows, the last time because {reason}");
        }

        return still;
    }

    private void End(Model retire)
    {
        _before = null;

        // Unloading a model takes its time; the next window does not wait for it.
        ThreadPool.UnsafeQueueUserWorkItem(static engine => engine.Dispose(), retire.Engine, preferLocal: false);
        Volatile.Write(ref _changing, 0);
    }

    private Model Describe(ModelManifest manifest, IInferenceEngine engine) => new(
        manifest, engine,
        _encodeEarly && engine.CanPrepare ? new EarlyEncoding(_aligner, _binder, engine) : null);

    private sealed record Model(ModelManifest Manifest, IInferenceEngine Engine, EarlyEncoding? Early);

    private sealed record Candidate(Model Model, SwapOptions Terms);
}
