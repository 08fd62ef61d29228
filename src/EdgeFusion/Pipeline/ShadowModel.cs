using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Recording;
using EdgeFusion.Time;

namespace EdgeFusion.Pipeline;

/// <summary>
/// A candidate model beside the live one: it answers the same windows, bound once, on a thread of its own. A window
/// that comes while it is busy is skipped and counted, so that the live model never waits for it.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Offer"/> from the fusion thread, after the live prediction has left; counters from any.
/// <b>Ownership.</b> Owns the engine. Allocates nothing per window.
/// </remarks>
public sealed class ShadowModel : IDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly IInferenceEngine _engine;
    private readonly FusionStage _stage;
    private readonly Prediction _live;
    private readonly Prediction _own;
    private readonly Action<Prediction, Prediction>? _disagreed;
    private readonly (int Live, int Own)[] _heads;
    private readonly AutoResetEvent _signal = new(false);
    private readonly Thread _thread;
    private volatile bool _busy;
    private volatile bool _stopping;
    private long _compared;
    private long _disagreeing;
    private long _skipped;
    private long _failed;

    /// <summary>Prepares a shadow; <see cref="Start"/> starts it.</summary>
    /// <param name="engine">The candidate.</param>
    /// <param name="live">The live model.</param>
    /// <param name="clock">For durations.</param>
    /// <param name="disagreed">Told about windows on which they disagree (live, candidate), on the shadow's thread;
    /// both are valid during the call only.</param>
    /// <exception cref="ConfigurationException">The candidate needs other windows or tensors.</exception>
    public ShadowModel(
        IInferenceEngine engine, ModelManifest live, PipelineClock clock,
        Action<Prediction, Prediction>? disagreed = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(live);
        _engine = engine;
        _disagreed = disagreed;
        if (WindowSpecHash.Of(engine.Manifest) != WindowSpecHash.Of(live))
        {
            throw new ConfigurationException(
                $"Model '{engine.Manifest.Name}' cannot run beside '{live.Name}': it needs other windows or inputs.");
        }

        Slots(engine, live);
        _live = new Prediction(live);
        _own = new Prediction(engine.Manifest);
        _heads = CommonHeads(live, engine.Manifest);
        _stage = new FusionStage(null, clock, Stages, explainEvery: 0);
        _thread = new Thread(Run) { Name = "shadow", IsBackground = true, Priority = ThreadPriority.BelowNormal };
    }

    /// <summary>Name of the candidate.</summary>
    public string Name => _engine.Manifest.Name;

    /// <summary>Durations of the candidate.</summary>
    public Diagnostics.StageMeter Stages { get; } = new();

    /// <summary>Windows that both answered.</summary>
    public long Compared => Volatile.Read(ref _compared);

    /// <summary>Windows on which a head has another label.</summary>
    public long Disagreeing => Volatile.Read(ref _disagreeing);

    /// <summary>Windows that came while the candidate was busy.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    /// <summary>Windows on which the candidate failed.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Offers a window that the live model has answered.</summary>
    /// <param name="arena">The live model's tensors, bound.</param>
    /// <param name="prediction">Its answer.</param>
    public void Offer(TensorArena arena, Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(prediction);
        if (!prediction.HasScores)
        {
            return;
        }

        if (_busy)
        {
            _skipped++;
            return;
        }

        arena.CopyInputsTo(_engine.Arena);
        _live.CopyFrom(prediction);

        // Volatile: what was copied above is visible to the thread that sees the flag.
        _busy = true;
        _signal.Set();
    }

    /// <summary>Stops the thread and disposes the engine.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _signal.Set();
        if (!_thread.IsAlive || _thread.Join(StopPatience))
        {
            _engine.Dispose();
            _signal.Dispose();
        }
    }

    private static void Slots(IInferenceEngine engine, ModelManifest live)
    {
        using var arena = new TensorArena(live);
        bool same = arena.FirstOutput == engine.Arena.FirstOutput;
        for (int i = 0; same && i < arena.FirstOutput; i++)
        {
            TensorSlot own = engine.Arena.Slots[i];
            same = own.Type == arena.Slots[i].Type && own.ByteCount == arena.Slots[i].ByteCount;
        }

        if (!same)
        {
            throw new ConfigurationException(
                $"Model '{engine.Manifest.Name}' cannot run beside '{live.Name}': its input tensors differ.");
        }
    }

    private static (int Live, int Own)[] CommonHeads(ModelManifest live, ModelManifest own)
    {
        var common = new List<(int, int)>();
        for (int i = 0; i < live.Heads.Length; i++)
        {
            for (int j = 0; j < own.Heads.Length; j++)
            {
                if (live.Heads[i].Name == own.Heads[j].Name && live.Heads[i].Kind == HeadKind.Classification
                    && own.Heads[j].Kind == HeadKind.Classification)
                {
                    common.Add((i, j));
                }
            }
        }

        return [.. common];
    }

    private void Run()
    {
        while (!_stopping)
        {
            _signal.WaitOne();
            if (_busy && !_stopping)
            {
                Answer();
                _busy = false;
            }
        }
    }

    private void Answer()
    {
        _own.Window = _live.Window;
        _own.Start = _live.Start;
        _own.End = _live.End;
        _own.Quality = _live.Quality;
        _own.Times = _live.Times;
        if (_stage.Infer(_engine, _own) is not null || !_own.HasScores)
        {
            _failed++;
            return;
        }

        _stage.Measure(_own);
        _compared++;
        bool agrees = true;
        foreach ((int live, int own) in _heads)
        {
            agrees &= _live.Heads[live].BestLabel == _own.Heads[own].BestLabel;
        }

        if (!agrees)
        {
            _disagreeing++;
            _disagreed?.Invoke(_live, _own);
        }
    }
}
