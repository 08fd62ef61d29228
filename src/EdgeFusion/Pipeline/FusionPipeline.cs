using System.Collections.Immutable;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Windowing;

namespace EdgeFusion.Pipeline;

/// <summary>
/// The live pipeline: one thread per sensor, one fusion thread that cuts, binds and infers, one thread per sink.
/// </summary>
/// <remarks>
/// <para>
/// The fusion thread ticks at its own pace: it sleeps until the next window's end, then looks every millisecond until
/// the window is settled or due. Nothing wakes it per sample.
/// </para>
/// <para><b>Threading.</b> <see cref="Start"/> and <see cref="Dispose"/> from one thread; counters from any.</para>
/// <para><b>Ownership.</b> Owns sensors, rings, engine and sinks' threads; not the sinks.</para>
/// </remarks>
public sealed class FusionPipeline : IDisposable
{
    private const long PollNanoseconds = 1_000_000;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly PipelineClock _clock;
    private readonly IPipelineObserver _observer;
    private readonly LiveEngine? _engine;
    private readonly ModelManifest _manifest;
    private readonly ShadowModel? _shadow;
    private readonly TensorArena? _arena;
    private readonly WindowAligner _aligner;
    private readonly FusionStage _stage;
    private readonly PredictionRing _predictions;
    private readonly List<SinkHost> _sinks = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread _thread;
    private readonly WindowCut _cut;
    private readonly IContextSource? _context;
    private readonly long _epoch;
    private string? _engineFailure;
    private long _skippedBefore;
    private long _skippedBusy;
    private long _skippedLate;
    private long _skippedExplanations;
    private bool _skipping;
    private bool _started;
    private bool _disposed;

    /// <summary>Builds a pipeline; <see cref="Start"/> starts it.</summary>
    /// <param name="setup">Model, sensors, engine and sinks.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="observer">Told about changes of state.</param>
    /// <exception cref="ConfigurationException">Sensors and model do not fit; the message lists every
    /// fault.</exception>
    public FusionPipeline(PipelineSetup setup, PipelineClock clock, IPipelineObserver observer)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _observer = observer;
        _shadow = setup.Shadow;
        _epoch = setup.Epoch;
        _manifest = setup.Manifest;
        PipelinePlan plan = setup.CheckedPlan();
        Sensors = OpenHosts(setup, plan);
        ImmutableArray<BoundInput> inputs = BindInputs(setup, plan);
        Grid = new WindowGrid(clock.Now, setup.Manifest.Window);
        _aligner = new WindowAligner(Grid, inputs, skipWhenBehind: true);
        Binder = new TensorBinder(inputs, setup.Manifest.Window);
        _engine = setup.Engine is { } engine
            ? new LiveEngine(setup.Manifest, engine, _aligner, Binder, setup.EncodeEarly, observer)
            : null;
        _arena = _engine is null ? new TensorArena(setup.Manifest) : null;
        _stage = new FusionStage(Binder, clock, Stages, _engine is null ? 0 : setup.ExplainEvery);
        _predictions = new PredictionRing(setup.Manifest);
        foreach (IPredictionSink sink in setup.Sinks)
        {
            AddSink(sink);
        }

        _cut = new WindowCut(inputs.Length, setup.Manifest.Context.Length);
        _context = setup.Context;
        _thread = new Thread(Run) { Name = "fusion", IsBackground = true };
    }

    /// <summary>The contract of the model that answers at present.</summary>
    public ModelManifest Manifest => _engine?.Manifest ?? _manifest;

    /// <summary>The engine that answers at present, for its description; null without inference.</summary>
    public IInferenceEngine? Engine => _engine?.Engine;

    /// <summary>Whether a change of the model has been asked for and its probation is not over.</summary>
    public bool IsChangingModel => _engine is { IsChanging: true };

    /// <summary>Explain every so many windows of the grid; 0 = none. May be set at any time.</summary>
    public int ExplainEvery
    {
        get => _stage.ExplainEvery;
        set => _stage.ExplainEvery = _engine is null ? 0 : value;
    }

    /// <summary>Where the windows lie.</summary>
    public WindowGrid Grid { get; }

    /// <summary>The sensors with their rings and counters.</summary>
    public ImmutableArray<SensorHost> Sensors { get; }

    /// <summary>Durations per stage.</summary>
    public StageMeter Stages { get; } = new();

    /// <summary>Windows cut so far; each gave one prediction.</summary>
    public long Windows => _predictions.Published;

    /// <summary>Windows skipped because a newer one was due already; <see cref="Skips"/> says why.</summary>
    public long SkippedWindows => Skips.Total;

    /// <summary>Windows skipped, by reason.</summary>
    public WindowSkips Skips => new(Volatile.Read(ref _skippedBusy), Volatile.Read(ref _skippedLate));

    /// <summary>Explanations left out because the next window was too near.</summary>
    public long SkippedExplanations => Volatile.Read(ref _skippedExplanations);

    /// <summary>Windows in which a sensor lapped the binder.</summary>
    public long Overruns => Binder.Overruns;

    private TensorBinder Binder { get; }

    /// <summary>Predictions that a sink was too slow to take.</summary>
    public long DroppedBy(string sink)
    {
        foreach (SinkHost host in _sinks)
        {
            if (host.Name == sink)
            {
                return host.Dropped;
            }
        }

        return 0;
    }

    /// <summary>
    /// Lets another model answer from the next window on; no window is lost. The model before is kept for a probation
    /// and takes over again where the new one fails. Any thread.
    /// </summary>
    /// <param name="candidate">A warm engine; owned by the pipeline where this does not throw.</param>
    /// <param name="options">The probation; null for the defaults.</param>
    /// <exception cref="ConfigurationException">It needs other windows or tensors, answers something else, or another
    /// change is under way.</exception>
    public void Replace(IInferenceEngine candidate, SwapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_engine is null)
        {
            throw new ConfigurationException("This pipeline runs without inference: there is no model to replace.");
        }

        _engine.Offer(candidate, options ?? new SwapOptions());
    }

    /// <summary>Adds a taker of predictions; before <see cref="Start"/>.</summary>
    public void AddSink(IPredictionSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (_started)
        {
            throw new InvalidOperationException($"Sink '{sink.Name}' comes too late: the pipeline has started.");
        }

        _sinks.Add(new SinkHost(sink, _predictions, Manifest, _observer));
    }

    /// <summary>Starts sinks, sensors and the fusion thread, in this order.</summary>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _started = true;
        foreach (SinkHost sink in _sinks)
        {
            sink.Start();
        }

        foreach (SensorHost sensor in Sensors)
        {
            sensor.Start();
        }

        _shadow?.Start();
        _thread.Start();
    }

    /// <summary>
    /// Stops everything, in the order in which data flows: sensors, fusion, sinks. Bounded: a sensor that hangs is left
    /// behind after two seconds.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping.Cancel();
        foreach (SensorHost sensor in Sensors)
        {
            sensor.RequestStop();
        }

        bool ended = !_started || _thread.Join(StopPatience);
        foreach (SinkHost sink in _sinks)
        {
            sink.Dispose();
        }

        foreach (SensorHost sensor in Sensors)
        {
            sensor.Dispose();
        }

        _shadow?.Dispose();
        if (ended)
        {
            _engine?.Dispose();
            _stopping.Dispose();
        }
    }

    private ImmutableArray<SensorHost> OpenHosts(PipelineSetup setup, PipelinePlan plan)
    {
        ImmutableArray<SensorHost>.Builder hosts = ImmutableArray.CreateBuilder<SensorHost>();
        foreach (ISensor sensor in setup.Sensors)
        {
            var ring = new SensorRing(sensor.Info, plan.RingCapacity(setup.Manifest, sensor.Info));
            TimeSpan horizon = TimeSpan.FromTicks(ring.Capacity * sensor.Info.PeriodNanoseconds / 100);
            hosts.Add(new SensorHost(sensor, ring, horizon, setup.SensorOptions, _clock, _observer));
        }

        return hosts.ToImmutable();
    }

    private ImmutableArray<BoundInput> BindInputs(PipelineSetup setup, PipelinePlan plan)
    {
        ImmutableArray<BoundInput>.Builder inputs = ImmutableArray.CreateBuilder<BoundInput>();
        for (int i = 0; i < setup.Manifest.Inputs.Length; i++)
        {
            SensorRing? ring = null;
            foreach (SensorHost host in Sensors)
            {
                ring = host.Info == plan.Feeds[i] ? host.Ring : ring;
            }

            long stale = ring is null ? 0 : setup.SensorOptions.StaleNanoseconds(ring.Info);
            inputs.Add(new BoundInput(setup.Manifest.Inputs[i], ring, stale));
        }

        return inputs.ToImmutable();
    }

    private void Run()
    {
        CancellationToken stopping = _stopping.Token;
        bool hasWaited = true;
        while (!stopping.IsCancellationRequested)
        {
            Timestamp now = _clock.Now;
            bool isCut = _aligner.TryCut(now, _cut);
            CountSkips(hasWaited);
            hasWaited = false;
            if (isCut)
            {
                Process();
                continue;
            }

            if (_engine is not null && _engine.TryOneEarly(now))
            {
                continue;
            }

            foreach (SensorHost sensor in Sensors)
            {
                sensor.UpdateState(now);
            }

            Timestamp end = Grid.End(_aligner.NextWindow);
            _clock.WaitUntil(now < end ? end : now.AddNanoseconds(PollNanoseconds), stopping);
            hasWaited = true;
        }
    }

    /// <summary>Books what the aligner has just skipped: on the wait before, or on the work before.</summary>
    private void CountSkips(bool hasWaited)
    {
        long more = _aligner.Skipped - _skippedBusy - _skippedLate;
        if (more > 0)
        {
            // One writer; readers only need untorn values.
            ref long reason = ref hasWaited ? ref _skippedLate : ref _skippedBusy;
            Volatile.Write(ref reason, reason + more);
        }
    }

    private void Process()
    {
        ReportSkipping();
        _engine?.TakeNext();
        Prediction prediction = _predictions.Claim();
        prediction.AnswerBy(Manifest);
        prediction.Epoch = _epoch;
        prediction.Sequence = _predictions.Published;
        _context?.Read(_cut.Start, _cut.End, _cut.Context);
        TensorArena arena = _engine?.Engine.Arena ?? _arena!;
        _stage.Bind(_cut, arena, prediction);
        if (_aligner.NewestNeededArrival(_cut) is { } needed)
        {
            prediction.Times.ReadyNanoseconds = _cut.CutTime.NanosecondsSince(needed);
            Stages.Ready.Record(prediction.Times.ReadyNanoseconds);
        }

        if (_engine is not null)
        {
            ReportEngine(_engine.Answer(_stage, prediction));
            Explain(_engine.Answered, prediction);
        }

        _stage.Measure(prediction);
        _predictions.Publish();
        foreach (SinkHost sink in _sinks)
        {
            sink.Signal();
        }

        // After the live prediction has left: it is never delayed.
        _shadow?.Offer(arena, prediction);
    }

    /// <summary>Explains what was asked for, as long as the next window need not wait for it.</summary>
    private void Explain(IInferenceEngine engine, Prediction prediction)
    {
        if (prediction.Explanation == ExplanationState.Done)
        {
            _stage.Explain(engine, prediction, _clock, Grid.End(_cut.Window + 1));
            bool skipped = prediction.HasScores && prediction.Explanation == ExplanationState.Skipped;
            Volatile.Write(ref _skippedExplanations, _skippedExplanations + (skipped ? 1 : 0));
        }
    }

    private void ReportSkipping()
    {
        bool skipping = _aligner.Skipped > _skippedBefore;
        _skippedBefore = _aligner.Skipped;
        if (skipping != _skipping)
        {
            _skipping = skipping;
            _observer.SkippingChanged(skipping, _aligner.Skipped);
        }
    }

    private void ReportEngine(string? failure)
    {
        if (failure is null != _engineFailure is null)
        {
            _observer.EngineChanged(failure);
        }

        _engineFailure = failure;
    }
}
