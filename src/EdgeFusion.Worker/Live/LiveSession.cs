using System.Collections.Immutable;
using System.Security.Cryptography;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Publishing.Commands;
using EdgeFusion.Publishing.Sparkplug;
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
    private readonly SparkplugNode? _sparkplug;
    private readonly SessionRecorders _recorders;
    private readonly ShadowReport _shadow;
    private readonly SessionTelemetry? _telemetry;
    private bool _disposed;

    public LiveSession(WorkerOptions options, LogObserver observer)
    {
        Clock = new PipelineClock(TimeProvider.System);
        Epoch = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        ModelBundle bundle = Engines.OpenBundle(options.Model.Name, options.Model.Precision);
        Context = OpenContext(options, bundle.Manifest);
        Factory = new SensorFactory(options.Simulator);
        ImmutableArray<ISensor> sensors = Factory.Create(options.Sensors);
        OnnxEngineOptions engineOptions = Engines.OptionsOf(options.Model);
        IInferenceEngine engine = Engines.Open(bundle, engineOptions);
        _shadow = new ShadowReport(options);
        Pipeline = new FusionPipeline(
            new PipelineSetup
            {
                Manifest = bundle.Manifest,
                Engine = engine,
                Sensors = sensors,
                Context = Context,
                ExplainEvery = options.Explain.Every,
                SensorOptions = SensorLimits(options.SensorLimits),
                Epoch = Epoch,
                AllowMissingSensors = options.AllowMissingSensors,
                Shadow = _shadow.Open(bundle.Manifest, Clock, engineOptions),
            },
            Clock, observer);
        Models = new ModelSwitch(Pipeline, options.Model);
        if (options.Dashboard.Enabled)
        {
            Recent = new RecentPredictions(bundle.Manifest);
            Pipeline.AddSink(Recent);
        }

        if (Adapters.Publisher(options) is { } publisher)
        {
            _outbox = CreateOutbox(options, publisher, observer);
            _outbox.ServeCommands(
                new NodeTopics(options.Node),
                new CommandOptions { Allow = [.. options.Commands.Allow], PerSecond = options.Commands.PerSecond },
                new SessionCommands(this));
            List<ISensorHealth> health = [.. Pipeline.Sensors.Select(host => new SensorHostHealth(host))];
            _publisher = CreatePublisher(options, bundle.Manifest, health);
            _shadow.Outbox = _outbox;
            Pipeline.AddSink(_publisher);
            _sparkplug = AddSparkplug(options, bundle.Manifest, health, observer);
        }

        _recorders = new SessionRecorders(options, Pipeline, Clock, observer);
        Labels = new LiveLabels(Clock, _recorders.Label);
        _telemetry = SessionTelemetry.Create(options, this, observer);
    }

    public PipelineClock Clock { get; }

    public long Epoch { get; }

    /// <summary>The engine that answers at present.</summary>
    public IInferenceEngine Engine => Pipeline.Engine!;

    /// <summary>Changes the model while the pipeline runs.</summary>
    public ModelSwitch Models { get; }

    /// <summary>What is not as it was asked for, such as a configuration that was refused; null where all is well.
    /// Health probes and the service manager show it.</summary>
    public string? Notice { get; set; }

    public FusionPipeline Pipeline { get; }

    public SensorFactory Factory { get; }

    /// <summary>What the model is told besides its sensors; may be set at any time from any thread.</summary>
    public ContextSource Context { get; }

    /// <summary>Labels set by people while the run is recorded. Any thread.</summary>
    public LiveLabels Labels { get; }

    /// <summary>Reads the configuration again, for commands; null (default) where there is none. Returns why it was not
    /// taken over; null where it was.</summary>
    public Func<string?>? Reload { get; set; }

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
        _sparkplug?.Start();
        _recorders.Start();
        _telemetry?.Start();
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
        Labels.StopAll();
        _recorders.Dispose();
        _telemetry?.Dispose();
        _sparkplug?.Dispose();
        _outbox?.Dispose();
        _publisher?.Dispose();
    }

    /// <summary>What a configuration tells the model besides its sensors.</summary>
    public static List<KeyValuePair<string, string?>> ContextOf(WorkerOptions options)
    {
        var values = new List<KeyValuePair<string, string?>>();
        foreach ((string name, string label) in options.Context)
        {
            values.Add(new KeyValuePair<string, string?>(name, label));
        }

        return values;
    }

    /// <summary>Takes over what of a checked configuration changes live, but for model, log and page.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="rules">The black box's rules.</param>
    /// <param name="changed">Whether a section differs from the configuration before; what commands have set stays
    /// where it does not.</param>
    public void Apply(WorkerOptions options, PredictionRule[] rules, Func<string, bool> changed)
    {
        Pipeline.ExplainEvery = options.Explain.Every;
        _recorders.Apply(rules, options.Recording.BlackBox.OnSensorFault);
        if (_publisher is not null)
        {
            _publisher.PredictionExpiry = TimeSpan.FromSeconds(options.Mqtt.PredictionExpirySeconds);
            if (changed("Mqtt:Heads"))
            {
                _publisher.Apply(HeadPolicies.From(options.Mqtt.Heads));
            }
        }

        if (changed("Context"))
        {
            List<KeyValuePair<string, string?>> values = ContextOf(options);
            foreach (ContextInput context in Pipeline.Manifest.Context)
            {
                if (!options.Context.ContainsKey(context.Name))
                {
                    values.Add(new KeyValuePair<string, string?>(context.Name, null));
                }
            }

            Context.TrySet(values);
        }
    }

    private static ContextSource OpenContext(WorkerOptions options, ModelManifest manifest)
    {
        List<KeyValuePair<string, string?>> values = ContextOf(options);
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

    private static SensorHostOptions SensorLimits(SensorLimitOptions limits) => new()
    {
        StaleAfter = TimeSpan.FromMilliseconds(limits.StaleAfterMs),
        FutureTolerance = TimeSpan.FromMilliseconds(limits.FutureToleranceMs),
        LongestBackoff = TimeSpan.FromSeconds(limits.LongestBackoffSeconds),
    };

    private Outbox CreateOutbox(WorkerOptions options, IPublisher publisher, LogObserver observer) => new(
        publisher, Clock,
        StatusMessages.Create(new NodeTopics(options.Node), options.Node, Epoch, Product.Version),
        OutboxSettings.From(options.Outbox, options.Mqtt),
        observer);

    private SparkplugNode? AddSparkplug(
        WorkerOptions options, ModelManifest manifest, IReadOnlyList<ISensorHealth> health, LogObserver observer)
    {
        SparkplugNode? node = Integrations.Sparkplug(options, manifest, health, Clock, observer);
        if (node is not null)
        {
            Pipeline.AddSink(node);
        }

        return node;
    }

    private PredictionPublisher CreatePublisher(
        WorkerOptions options, ModelManifest manifest, IReadOnlyList<ISensorHealth> health)
    {
        var publishing = new PredictionPublisherOptions
        {
            Node = options.Node,
            Epoch = Epoch,
            Version = Product.Version,
            PredictionExpiry = TimeSpan.FromSeconds(options.Mqtt.PredictionExpirySeconds),
            Encoding = PayloadFormats.From(options.Mqtt.Format),
            Heads = HeadPolicies.From(options.Mqtt.Heads),
        };
        Integrations.AnnounceToHomeAssistant(options, manifest, health, _outbox!, publishing);
        return new PredictionPublisher(manifest, Engine.Info, health, _outbox!, Clock, publishing);
    }
}
