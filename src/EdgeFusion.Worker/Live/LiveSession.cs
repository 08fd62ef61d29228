using System.Collections.Immutable;
using System.Security.Cryptography;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;
using EdgeFusion.Worker.Dashboard;

namespace EdgeFusion.Worker.Live;

/// <summary>A live pipeline with everything around it: sensors, engine, outbox, recorder.</summary>
internal sealed class LiveSession : IDisposable
{
    private readonly Outbox? _outbox;
    private readonly PredictionPublisher? _publisher;
    private readonly SessionRecorders _recorders;
    private readonly ShadowReport _shadow;
    private bool _disposed;

    public LiveSession(WorkerOptions options, LogObserver observer)
    {
        Clock = new PipelineClock(TimeProvider.System);
        Epoch = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        ModelBundle bundle = Engines.OpenBundle(options.Model.Name, options.Model.Precision);
        Context = OpenContext(options, bundle.Manifest);
        Factory = new SensorFactory(options.Simulator);
        ImmutableArray<ISensor> sensors = Factory.Create(options.Sensors);
        Engine = Engines.Open(bundle, EngineOptions(options.Model));
        _shadow = new ShadowReport(options);
        Pipeline = new FusionPipeline(
            new PipelineSetup
            {
                Manifest = bundle.Manifest,
                Engine = Engine,
                Sensors = sensors,
                Context = Context,
                ExplainEvery = options.Explain.Every,
                SensorOptions = SensorLimits(options.SensorLimits),
                Epoch = Epoch,
                AllowMissingSensors = options.AllowMissingSensors,
                Shadow = _shadow.Open(bundle.Manifest, Clock, EngineOptions(options.Model)),
            },
            Clock, observer);
        if (options.Dashboard.Enabled)
        {
            Recent = new RecentPredictions(bundle.Manifest);
            Pipeline.AddSink(Recent);
        }

        if (Adapters.Publisher(options) is { } publisher)
        {
            _outbox = CreateOutbox(options, publisher, observer);
            _publisher = CreatePublisher(options, bundle.Manifest);
            _shadow.Outbox = _outbox;
            Pipeline.AddSink(_publisher);
        }

        _recorders = new SessionRecorders(options, Pipeline, Clock, observer);
    }

    public PipelineClock Clock { get; }

    public long Epoch { get; }

    public IInferenceEngine Engine { get; }

    public FusionPipeline Pipeline { get; }

    public SensorFactory Factory { get; }

    /// <summary>What the model is told besides its sensors; may be set at any time from any thread.</summary>
    public ContextSource Context { get; }

    /// <summary>Counters of the outbox; null without a publisher.</summary>
    public OutboxCounters? Outbox => _outbox?.Counters;

    /// <summary>The way to the broker; null without a publisher.</summary>
    public Outbox? Sender => _outbox;

    /// <summary>What the dashboard shows; null without one.</summary>
    public RecentPredictions? Recent { get; }

    /// <summary>The recorder; null without one.</summary>
    public Recorder? Recorder => _recorders.Continuous;

    /// <summary>The candidate beside the live model; null without one.</summary>
    public ShadowModel? Shadow => _shadow.Shadow;

    /// <summary>Asks the black box for the last seconds; false where there is none. Any thread.</summary>
    public bool TriggerBlackBox(string reason) => _recorders.Trigger(reason);

    /// <summary>
    /// Lets a force sensor find its zero: the mean of the next second is taken off its samples from then on, until the
    /// process ends. Nothing is written to the device. Any thread; returns at once, <see cref="SensorHost.Zero"/> tells
    /// when it is done.
    /// </summary>
    /// <param name="sensor">Its name in the configuration.</param>
    /// <returns>Null where it has begun; else why it cannot, in one sentence.</returns>
    public string? Tare(string sensor)
    {
        foreach (SensorHost host in Pipeline.Sensors)
        {
            if (host.Info.Name == sensor)
            {
                return host.TryTare() ? null
                    : host.CanTare ? $"The sensor '{sensor}' does not deliver now: nothing can be averaged."
                    : $"The sensor '{sensor}' measures no forces: its zero is not free.";
            }
        }

        return $"There is no sensor '{sensor}'.";
    }

    /// <summary>Starts what takes data first and what gives it last.</summary>
    public void Start()
    {
        _outbox?.Start();
        _recorders.Start();
        Pipeline.Start();
    }

    /// <summary>Stops in the order in which data flows; bounded to a few seconds whatever hangs.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Pipeline.Dispose();
        _recorders.Dispose();
        _outbox?.Dispose();
        _publisher?.Dispose();
    }

    private static ContextSource OpenContext(WorkerOptions options, ModelManifest manifest)
    {
        var values = new List<KeyValuePair<string, string?>>();
        foreach ((string name, string label) in options.Context)
        {
            values.Add(new KeyValuePair<string, string?>(name, label));
        }

        ImmutableArray<string> faults = ContextSource.Check(manifest, values);
        if (!faults.IsEmpty)
        {
            throw new ConfigurationException(
                $"The context does not fit the model '{manifest.Name}':\n - Context:"
                + string.Join("\n - Context:", faults));
        }

        var source = new ContextSource(manifest);
        source.TrySet(values);
        return source;
    }

    private static OnnxEngineOptions EngineOptions(ModelOptions model) => new()
    {
        Providers = model.Providers.Length == 0 ? ["auto"] : [.. model.Providers],
        Graph = Engines.Graph(model.Graph),
        DeviceId = model.DeviceId,
        IntraOpThreads = model.Threads,
        HalfPrecision = model.HalfPrecision,
        CacheFolder = model.CacheFolder.Length == 0 ? null : model.CacheFolder,
    };

    private static SensorHostOptions SensorLimits(SensorLimitOptions limits) => new()
    {
        StaleAfter = TimeSpan.FromMilliseconds(limits.StaleAfterMs),
        FutureTolerance = TimeSpan.FromMilliseconds(limits.FutureToleranceMs),
        LongestBackoff = TimeSpan.FromSeconds(limits.LongestBackoffSeconds),
    };

    private Outbox CreateOutbox(WorkerOptions options, IPublisher publisher, LogObserver observer) => new(
        publisher, Clock,
        StatusMessages.Create(new NodeTopics(options.Node), options.Node, Epoch, Product.Version),
        OutboxSettings.From(options.Outbox),
        observer);

    private PredictionPublisher CreatePublisher(WorkerOptions options, ModelManifest manifest)
    {
        var health = new List<ISensorHealth>();
        foreach (SensorHost host in Pipeline.Sensors)
        {
            health.Add(new SensorHostHealth(host));
        }

        return new PredictionPublisher(
            manifest, Engine.Info, health, _outbox!, Clock,
            new PredictionPublisherOptions
            {
                Node = options.Node,
                Epoch = Epoch,
                Version = Product.Version,
                PredictionExpiry = TimeSpan.FromSeconds(options.Mqtt.PredictionExpirySeconds),
                Encoding = PayloadFormats.From(options.Mqtt.Format),
                Heads = HeadPolicies.From(options.Mqtt.Heads),
            });
    }
}
