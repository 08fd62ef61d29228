using System.Buffers;
using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Models;
using EdgeFusion.Predictions;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Recording;

/// <summary>
/// Records a live run: reads every sensor's ring on a thread of its own and takes predictions as a sink. A slow or full
/// disk costs recorded samples, counted; never a captured one and never a prediction.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Start"/> and <see cref="Dispose"/> from the pipeline's owner, <see cref="Write"/> from
/// the sink's thread. Attach it before the sensors start, so that the recording holds every sample of every window.
/// </remarks>
public sealed class Recorder : IPredictionSink, IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly RecordingWriter _writer;
    private readonly PipelineClock _clock;
    private readonly IPipelineObserver _observer;
    private readonly PredictionJson? _format;
    private readonly List<(RingReader Reader, int Channel)> _sensors = [];
    private readonly ArrayBufferWriter<byte> _json = new(4_096);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private byte[] _payload = [];
    private Thread? _thread;
    private long _lost;
    private long _written;
    private long _bytesAtFailure;
    private string? _failure;
    private bool _failing;
    private bool _reported;
    private bool _disposed;

    /// <summary>Writes a prediction's JSON; may be null to record decisions only.</summary>
    public delegate void PredictionJson(Prediction prediction, IBufferWriter<byte> output);

    /// <summary>Creates a recorder.</summary>
    /// <param name="writer">The recording; owned from here on.</param>
    /// <param name="manifest">The model of the run.</param>
    /// <param name="format">Formats predictions.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="observer">Told when writing begins or ceases to fail.</param>
    public Recorder(
        RecordingWriter writer, ModelManifest manifest, PredictionJson? format, PipelineClock clock,
        IPipelineObserver observer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        _clock = clock;
        _observer = observer;
        _format = format;
        writer.AddModel(manifest);
    }

    /// <inheritdoc/>
    public string Name => "recorder";

    /// <summary>Samples and predictions written.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Samples and predictions that the disk was too slow or too full for.</summary>
    public long Lost
    {
        get
        {
            long lost = Volatile.Read(ref _lost);
            foreach ((RingReader reader, _) in _sensors)
            {
                lost += reader.Lost;
            }

            return lost;
        }
    }

    /// <summary>Adds a sensor; before <see cref="Start"/>.</summary>
    public void Add(SensorRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _sensors.Add((new RingReader(ring), _writer.AddSensor(ring.Info, _clock.Now)));
        if (ring.SlotBytes > _payload.Length)
        {
            _payload = new byte[ring.SlotBytes];
        }
    }

    /// <summary>Starts reading rings.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { Name = "recorder", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Write(Prediction prediction)
    {
        lock (_lock)
        {
            _json.ResetWrittenCount();
            _format?.Invoke(prediction, _json);
            try
            {
                _writer.WritePrediction(prediction, _json.WrittenSpan);
                Succeeded();
            }
            catch (RecordingException failure)
            {
                Failed(failure);
            }
        }

        Report();
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

    private void Run()
    {
        CancellationToken stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            DrainGuarded();
            Report();
            _clock.WaitUntil(_clock.Now + Poll, stopping);
        }

        DrainGuarded();
        Report();
    }

    /// <summary>A defect in recording is reported like a full disk: it must not end the process, which
    /// predicts.</summary>
    private void DrainGuarded()
    {
        try
        {
            Drain();
        }
#pragma warning disable CA1031 // Anything else on this thread would end the process.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                _lost++;
                Fail($"{defect.GetType().Name}: {defect.Message}");
            }
        }
    }

    private void Drain()
    {
        lock (_lock)
        {
            foreach ((RingReader reader, int channel) in _sensors)
            {
                while (reader.TryRead(out SampleHeader header, _payload) is var read && read != RingRead.Empty)
                {
                    if (read == RingRead.Read)
                    {
                        WriteSample(channel, header);
                    }
                }
            }
        }
    }

    private void WriteSample(int channel, in SampleHeader header)
    {
        try
        {
            _writer.WriteSample(channel, header, _payload.AsSpan(0, header.Length));
            Succeeded();
        }
        catch (RecordingException failure)
        {
            Failed(failure);
        }
    }

    private void Finish()
    {
        try
        {
            _writer.Finish();
        }
        catch (RecordingException failure)
        {
            Failed(failure, refused: 0);
        }

        _writer.Dispose();
        Report();
    }

    private void Succeeded()
    {
        _written++;

        // What was taken may still wait in memory: the episode is over when the disk has taken something again.
        if (_failing && _writer.BytesWritten > _bytesAtFailure)
        {
            _failing = false;
        }
    }

    /// <summary>Gives up what was pending and counts it, and the message that could not be taken.</summary>
    private void Failed(RecordingException failure, int refused = 1)
    {
        int discarded = _writer.DiscardPending();
        _lost += refused + discarded;
        _written -= discarded;
        _bytesAtFailure = _writer.BytesWritten;
        Fail(failure.Message);
    }

    private void Fail(string reason)
    {
        if (!_failing)
        {
            _failing = true;
            _failure = reason;
        }
    }

    /// <summary>Tells the observer about a change, outside the lock: it may take its time.</summary>
    private void Report()
    {
        string? reason;
        lock (_lock)
        {
            if (_failing == _reported)
            {
                return;
            }

            _reported = _failing;
            reason = _failing ? _failure : null;
        }

        _observer.SinkChanged(Name, reason);
    }
}
