using System.Runtime.InteropServices;
using EdgeFusion.Pipeline;
using EdgeFusion.Predictions;
using EdgeFusion.Publishing;
using EdgeFusion.Recording;
using EdgeFusion.Sensing;
using EdgeFusion.Time;
using EdgeFusion.Worker.Composition;
using EdgeFusion.Worker.Configuration;

namespace EdgeFusion.Worker.Live;

/// <summary>The recorders of a session: the continuous one, and the black box with its triggers.</summary>
internal sealed class SessionRecorders : IDisposable
{
    /// <summary>SIGUSR1 on Linux, x64 and arm64.</summary>
    private const PosixSignal UserSignal = (PosixSignal)10;

    private readonly FusionPipeline _pipeline;
    private readonly PipelineClock _clock;
    private readonly LogObserver _observer;
    private readonly WorkerOptions _options;
    private readonly List<IDisposable> _owned = [];
    private readonly List<Recorder> _recorders = [];
    private BlackBox? _box;
    private RuleSink? _rules;
    private PosixSignalRegistration? _signal;

    public SessionRecorders(WorkerOptions options, FusionPipeline pipeline, PipelineClock clock, LogObserver observer)
    {
        _options = options;
        _pipeline = pipeline;
        _clock = clock;
        _observer = observer;
        FrameEncoders.Require(options.Recording, [.. pipeline.Sensors.Select(host => host.Ring.Info)]);
        var outputs = new RecordingOutputs(options, () => pipeline.Manifest, pipeline.Grid.Origin);
        if (outputs.Continuous() is { } continuous)
        {
            Continuous = Add(continuous, "recorder");
        }

        if (outputs.BlackBox() is { } box)
        {
            _box = box;
            Add(box, "black-box");
            AttachTriggers();
        }
    }

    /// <summary>The continuous recorder; null without one.</summary>
    public Recorder? Continuous { get; }

    /// <summary>Asks the black box for the last seconds; a seam for commands. False where there is none.</summary>
    public bool Trigger(string reason)
    {
        _box?.Trigger(reason);
        return _box is not null;
    }

    /// <summary>Takes a label into all recordings; false where none takes it. Any thread.</summary>
    public bool Label(LabelSpan label)
    {
        bool taken = false;
        foreach (Recorder recorder in _recorders)
        {
            taken |= recorder.WriteLabel(label);
        }

        return taken;
    }

    /// <summary>Changes what triggers the black box; nothing where there is none.</summary>
    public void Apply(PredictionRule[] rules, bool onSensorFault)
    {
        if (_rules is null)
        {
            return;
        }

        _rules.Rules = rules;
        _observer.SensorFailed = onSensorFault
            ? (sensor, state) => _box!.Trigger($"sensor {sensor.Name} is {state}")
            : null;
    }

    public void Start()
    {
        foreach (Recorder recorder in _recorders)
        {
            recorder.Start();
        }
    }

    public void Dispose()
    {
        _signal?.Dispose();
        _observer.SensorFailed = null;
        foreach (Recorder recorder in _recorders)
        {
            recorder.Dispose();
        }

        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }
    }

    private Recorder Add(IRecordingOutput output, string name)
    {
        var format = new PredictionFormat(
            _pipeline.Manifest, new PredictionFormatOptions { Node = _options.Node });
        var health = new RecordedHealth(_pipeline, _clock);
        _owned.Add(format);
        _owned.Add(health);
        double seconds = _options.Recording.HealthSeconds;
        var recorder = new Recorder(
            output, _pipeline.Manifest,
            (prediction, json) => format.WritePrediction(prediction, _clock.Now, json),
            _clock, _observer, new RecorderOptions
            {
                Name = name,
                Health = seconds > 0 ? health.Write : null,
                HealthEvery = TimeSpan.FromSeconds(seconds),
            });
        foreach (SensorHost host in _pipeline.Sensors)
        {
            recorder.Add(host.Ring);
        }

        _recorders.Add(recorder);
        _pipeline.AddSink(recorder);
        return recorder;
    }

    private void AttachTriggers()
    {
        BlackBoxSettings settings = _options.Recording.BlackBox;
        _rules = new RuleSink(_box!);
        _pipeline.AddSink(_rules);
        Apply(RecordingOutputs.Rules(settings.Rules, _pipeline.Manifest), settings.OnSensorFault);

        if (settings.OnSignal)
        {
            _signal = PosixSignalRegistration.Create(UserSignal, context =>
            {
                context.Cancel = true;
                _box!.Trigger("SIGUSR1");
            });
        }
    }

    /// <summary>Watches predictions for what the rules describe.</summary>
    private sealed class RuleSink(BlackBox box) : IPredictionSink
    {
        private volatile PredictionRule[] _rules = [];

        public PredictionRule[] Rules
        {
            set => _rules = value;
        }

        public string Name => "black-box-rules";

        public void Write(Prediction prediction)
        {
            foreach (PredictionRule rule in _rules)
            {
                if (rule.Fires(prediction))
                {
                    box.Trigger(rule.Reason);
                }
            }
        }
    }
}
