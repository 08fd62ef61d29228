using System.Collections.Immutable;
using System.Security.Cryptography;
using EdgeFusion.Inference;
using EdgeFusion.Models;
using EdgeFusion.OnnxRuntime;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Recording.Mcap;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Live;

/// <summary>A live pipeline with everything around it: sensors, engine, outbox, recorder.</summary>
internal sealed class LiveSession : IDisposable
{
    private readonly Outbox? _outbox;
    private readonly PredictionPublisher? _publisher;
    private readonly Recorder? _recorder;
    private readonly PredictionFormat? _recordFormat;
    private bool _disposed;

    public LiveSession(WorkerOptions options, LogObserver observer)
    {
        Clock = new PipelineClock(TimeProvider.System);
        Epoch = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
        ModelBundle bundle = ModelBundle.Open(ModelPaths.Resolve(options.Model.Name));
        Factory = new SensorFactory(options.Simulator);
        ImmutableArray<ISensor> sensors = Factory.Create(options.Sensors);
        Engine = OnnxEngine.Create(bundle, EngineOptions(options.Model));
        Pipeline = new FusionPipeline(
            new PipelineSetup
            {
                Manifest = bundle.Manifest,
                Engine = Engine,
                Sensors = sensors,
                SensorOptions = SensorLimits(options.SensorLimits),
                Epoch = Epoch,
                AllowMissingSensors = options.AllowMissingSensors,
            },
            Clock, observer);
        if (Adapters.Publisher(options) is { } publisher)
        {
            _outbox = CreateOutbox(options, publisher, observer);
            _publisher = CreatePublisher(options, bundle.Manifest);
            Pipeline.AddSink(_publisher);
        }

        if (options.Recording.File.Length > 0)
        {
            _recordFormat = new PredictionFormat(bundle.Manifest, new PredictionFormatOptions { Node = options.Node });
            _recorder = CreateRecorder(options.Recording, bundle.Manifest, observer);
            Pipeline.AddSink(_recorder);
        }
    }

    public PipelineClock Clock { get; }

    public long Epoch { get; }

    public IInferenceEngine Engine { get; }

    public FusionPipeline Pipeline { get; }

    public SensorFactory Factory { get; }

    /// <summary>Counters of the outbox; null without a publisher.</summary>
    public OutboxCounters? Outbox => _outbox?.Counters;

    /// <summary>The recorder; null without one.</summary>
    public Recorder? Recorder => _recorder;

    /// <summary>Starts what takes data first and what gives it last.</summary>
    public void Start()
    {
        _outbox?.Start();
        _recorder?.Start();
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
        _recorder?.Dispose();
        _recordFormat?.Dispose();
        _outbox?.Dispose();
        _publisher?.Dispose();
    }

    private static OnnxEngineOptions EngineOptions(ModelOptions model) => new()
    {
        Providers = model.Providers.Length == 0 ? ["auto"] : [.. model.Providers],
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
            });
    }

    private Recorder CreateRecorder(RecordingOptions options, ModelManifest manifest, LogObserver observer)
    {
        // The codec lives as long as the file that uses it: until the process ends.
        IChunkCodec? codec = Recordings.Codec(options.Compression);
        var writer = new RecordingWriter(
            McapWriter.Create(options.File, RecordingWriter.FileOptions(codec), overwrite: false),
            Pipeline.Grid.Origin);
        var recorder = new Recorder(
            writer, manifest,
            (prediction, output) => _recordFormat!.WritePrediction(prediction, Clock.Now, output),
            Clock, observer);
        foreach (SensorHost host in Pipeline.Sensors)
        {
            recorder.Add(host.Ring);
        }

        return recorder;
    }
}
