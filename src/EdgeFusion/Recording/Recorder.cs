using System.Buffers;
using System.Text.Json;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// Records a live run: reads every sensor's ring on a thread of its own and takes predictions as a sink. A slow or full
/// disk costs recorded samples, counted and written down as gaps; never a captured one and never a prediction.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Start"/> and <see cref="Dispose"/> from the pipeline's owner, <see cref="Write"/> from
/// the sink's thread. Attach it before the sensors start, so that the recording holds every sample of every window.
/// Allocates nothing per sample. <b>Bounds.</b> What waits is what the sensors' rings hold, and one chunk.
/// </remarks>
public sealed partial class Recorder : IPredictionSink, IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly IRecordingOutput _output;
    private readonly PipelineClock _clock;
    private readonly IPipelineObserver _observer;
    private readonly RecorderOptions _options;
    private readonly PredictionJson? _format;
    private readonly List<RecorderSensor> _sensors = [];
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Utf8JsonWriter _json;
    private readonly ContextSpans _context = new();
    private readonly RecorderFailures _failures = new();
    private readonly PredictionLedger _predictions = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private byte[] _payload = [];
    private Thread? _thread;
    private ModelManifest _model;
    private Timestamp? _healthAt;
    private long _events;
    private bool _disposed;

    /// <summary>Writes a prediction's JSON; may be null to record decisions only.</summary>
    public delegate void PredictionJson(Prediction prediction, IBufferWriter<byte> output);

    /// <summary>Creates a recorder.</summary>
    /// <param name="output">Where to; owned from here on.</param>
    /// <param name="manifest">The model of the run.</param>
    /// <param name="format">Formats predictions.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="observer">Told when writing begins or ceases to fail.</param>
    /// <param name="options">How it works; null for the defaults.</param>
    public Recorder(
        IRecordingOutput output, ModelManifest manifest, PredictionJson? format, PipelineClock clock,
        IPipelineObserver observer, RecorderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
        _clock = clock;
        _observer = observer;
        _options = options ?? new RecorderOptions();
        _format = format;
        _json = new Utf8JsonWriter(_buffer);
        _model = manifest;
        output.AddModel(manifest);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>Messages written: samples, decisions, predictions, gaps and health.</summary>
    public long Written => _failures.Written;

    /// <summary>Messages that the disk was too slow or too full for.</summary>
    public long Lost
    {
        get
        {
            long lost = _failures.Lost + _predictions.Dropped;
            foreach (RecorderSensor sensor in _sensors)
            {
                lost += sensor.Reader.Lost;
            }

            return lost;
        }
    }

    /// <summary>Adds a sensor; before <see cref="Start"/>.</summary>
    public void Add(SensorRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _sensors.Add(new RecorderSensor(ring, _output.AddSensor(ring.Info, _clock.Now)));
        if (ring.SlotBytes > _payload.Length)
        {
            _payload = new byte[ring.SlotBytes];
        }
    }

    /// <summary>Starts reading rings.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { Name = Name, IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        lock (_lock)
        {
            _predictions.Came(prediction);
            if (_output.Refusal is { } refusal)
            {
                _predictions.Refused();
                _failures.Refused(refusal);
            }
            else
            {
                WriteGuarded(prediction);
            }
        }

        Report();
    }

    /// <summary>Takes a label that somebody has set. Any thread.</summary>
    /// <returns>Whether it is written; not where the disk is full, or after the end.</returns>
    public bool WriteLabel(LabelSpan label)
    {
        lock (_lock)
        {
            try
            {
                bool taken = !_disposed && _output.Refusal is null;
                WriteLabels(taken ? [label] : [], _clock.Now);
                return taken;
            }
            catch (RecordingException failure)
            {
                Failed(failure);
                return false;
            }
        }
    }

    /// <summary>Takes what is still in the rings, completes the file and closes it.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping.Cancel();
        if (_thread is null || _thread.Join(StopPatience))
        {
            Finish();
            _stopping.Dispose();
        }
    }

    /// <summary>One round: what the rings hold, health, and the output's duties. For the recorder's thread.</summary>
    /// <returns>Whether the rings held more than a round takes.</returns>
    internal bool Round()
    {
        lock (_lock)
        {
            bool more = Drain();
            Timestamp now = _clock.Now;
            WriteHealth(now);
            try
            {
                _output.Maintain(now);
                _failures.FlushedAt(now, _output.BytesWritten);
            }
            catch (RecordingException failure)
            {
                Failed(failure, refused: 0);
            }

            return more;
        }
    }

    private void Run()
    {
        CancellationToken stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            bool more = RoundGuarded();
            Report();
            if (!more)
            {
                _clock.WaitUntil(_clock.Now + Poll, stopping);
            }
        }

        Timestamp until = _clock.Now + (StopPatience / 2);
        while (RoundGuarded() && _clock.Now < until)
        {
        }

        Report();
    }

    /// <summary>A defect in recording is reported like a full disk: it must not end the process, which
    /// predicts.</summary>
    private bool RoundGuarded()
    {
        try
        {
            return Round();
        }
#pragma warning disable CA1031 // Anything else on this thread would end the process.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                _failures.Refused($"{defect.GetType().Name}: {defect.Message}");
            }

            return false;
        }
    }

    private void WriteGuarded(Prediction prediction)
    {
        try
        {
            if (!ReferenceEquals(prediction.Manifest, _model))
            {
                TellModel(prediction);
            }

            TellPredictionGap(prediction.End);
            _buffer.ResetWrittenCount();
            CutMessage.Write(_json, _buffer, prediction);
            Timestamp at = prediction.Times.Cut;
            _output.WriteEvent(
                RecordingEvent.Cut, prediction.Sequence, at, prediction.End, _buffer.WrittenSpan);
            _failures.Succeeded(_output.BytesWritten);
            if (_format is not null)
            {
                _buffer.ResetWrittenCount();
                _format(prediction, _buffer);
                _output.WriteEvent(
                    RecordingEvent.Prediction, prediction.Sequence, at, prediction.End, _buffer.WrittenSpan);
                _failures.Succeeded(_output.BytesWritten);
            }

            _predictions.Written(prediction);
            WriteLabels(_context.Next(prediction), at);
        }
        catch (RecordingException failure)
        {
            _predictions.Refused();
            Failed(failure);
        }
    }

    /// <summary>A change of the model stands before the first decision that it answers.</summary>
    private void TellModel(Prediction prediction)
    {
        _buffer.ResetWrittenCount();
        ModelMessage.Write(_json, _buffer, prediction, _model);
        _model = prediction.Manifest;
        _output.AddModel(_model);
        _output.WriteEvent(
            RecordingEvent.Model, _events++, prediction.Times.Cut, prediction.End, _buffer.WrittenSpan);
        _failures.Succeeded(_output.BytesWritten);
    }

    /// <summary>What the model was told, as labels over the windows' middles.</summary>
    private void WriteLabels(List<LabelSpan> labels, Timestamp at)
    {
        foreach (LabelSpan label in labels)
        {
            _buffer.ResetWrittenCount();
            label.Write(_json, _buffer);
            _output.WriteEvent(RecordingEvent.Label, _events++, at, label.Start, _buffer.WrittenSpan);
            _failures.Succeeded(_output.BytesWritten);
        }
    }

    private void WriteHealth(Timestamp now)
    {
        if (_options.Health is null || _output.Refusal is not null
            || (_healthAt is { } last && now.NanosecondsSince(last) < _options.HealthEvery.Ticks * 100))
        {
            return;
        }

        _healthAt = now;
        _buffer.ResetWrittenCount();
        _options.Health(_buffer);
        try
        {
            _output.WriteEvent(RecordingEvent.Health, _events++, now, now, _buffer.WrittenSpan);
            _failures.Succeeded(_output.BytesWritten);
        }
        catch (RecordingException failure)
        {
            Failed(failure, refused: 0);
        }
    }

    private void Finish()
    {
        lock (_lock)
        {
            try
            {
                TellOpenGaps(_clock.Now);
                WriteLabels(_context.Finish(), _clock.Now);
                _output.Finish();
            }
            catch (RecordingException failure)
            {
                Failed(failure, refused: 0);
            }

            _output.Dispose();
            _json.Dispose();
        }

        Report();
    }

    /// <summary>Gives up what was pending and counts it, and the message that could not be taken.</summary>
    private void Failed(RecordingException failure, int refused = 1) =>
        _failures.Failed(failure.Message, refused, _output.DiscardPending(), _output.BytesWritten);

    /// <summary>Tells the observer about a change, outside the lock: it may take its time.</summary>
    private void Report()
    {
        bool changed;
        string? reason;
        lock (_lock)
        {
            changed = _failures.TryTakeChange(out reason);
        }

        if (changed)
        {
            _observer.SinkChanged(Name, reason);
        }

        ReportSensors();
    }
}
