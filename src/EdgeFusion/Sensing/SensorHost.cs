using EdgeFusion.Buffering;
using EdgeFusion.Diagnostics;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Time;

namespace EdgeFusion.Sensing;

/// <summary>
/// Owns a sensor's thread: opens it, lets it run, and opens it again with a growing pause when it fails. The only place
/// with a retry loop for devices.
/// </summary>
/// <remarks>
/// <b>Threading.</b> <see cref="Start"/> and <see cref="Dispose"/> from one thread; <see cref="UpdateState"/> from the
/// fusion thread; the rest from any. A sensor that throws or hangs affects its own thread only.
/// </remarks>
public sealed class SensorHost : IDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly ISensor _sensor;
    private readonly SensorHostOptions _options;
    private readonly PipelineClock _clock;
    private readonly IPipelineObserver _observer;
    private readonly SampleSink _sink;
    private readonly Tare? _tare;
    private readonly ZeroSum _zeros = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _stateLock = new();
    private readonly long _staleNanoseconds;
    private Thread? _thread;
    private SensorState _state = SensorState.Starting;
    private long _restarts;
    private long _attemptBegin = long.MaxValue;
    private SensorZero? _zeroTold;
    private bool _disposed;

    /// <summary>Creates a host; <see cref="Start"/> starts it.</summary>
    /// <param name="sensor">The sensor; owned from here on.</param>
    /// <param name="ring">Where its samples go; not owned.</param>
    /// <param name="horizon">Age at which a sample is of no use to any window.</param>
    /// <param name="options">Restart and silence limits.</param>
    /// <param name="clock">The pipeline's clock.</param>
    /// <param name="observer">Told about changes of state.</param>
    public SensorHost(
        ISensor sensor, SensorRing ring, TimeSpan horizon, SensorHostOptions options, PipelineClock clock,
        IPipelineObserver observer)
    {
        ArgumentNullException.ThrowIfNull(sensor);
        ArgumentNullException.ThrowIfNull(options);
        _sensor = sensor;
        Ring = ring;
        _options = options;
        _clock = clock;
        _observer = observer;
        _staleNanoseconds = options.StaleNanoseconds(sensor.Info);
        _tare = Tare.For(sensor.Info.Layout);
        _sink = new SampleSink(ring, new SampleGate(sensor.Info, horizon, options.FutureTolerance), clock)
        {
            Tare = _tare,
        };
    }

    /// <summary>What the sensor delivers.</summary>
    public SensorInfo Info => _sensor.Info;

    /// <summary>Where its samples go.</summary>
    public SensorRing Ring { get; }

    /// <summary>What was taken and what was kept out.</summary>
    public SampleGate Gate => _sink.Gate;

    /// <summary>Counters and clock of its device; null where it has none to tell of.</summary>
    public DeviceHealth? Device => (_sensor as IDeviceSensor)?.Health;

    /// <summary>What became of its samples; exact once it has been disposed. Allocates.</summary>
    public SensorAccount Account =>
        SensorAccount.Of(Info.Name, (_sensor as ICountingSensor)?.Counters, Gate, Ring.Published);

    /// <summary>How often it has been opened again.</summary>
    public long Restarts => Interlocked.Read(ref _restarts);

    /// <summary>
    /// What is taken off its samples: by the sensor since its start where it was made to find its zero then, and since
    /// the latest <see cref="TryTare"/>; null where nothing is.
    /// </summary>
    public SensorZero? Zero => _zeros.Of((_sensor as IZeroedSensor)?.Zero, _tare?.Latest);

    /// <summary>Whether a zero is being looked for.</summary>
    public bool IsTaring => _tare is { IsBusy: true };

    /// <summary>Whether it measures forces and torques only, so that its zero may be chosen.</summary>
    public bool CanTare => _tare is not null;

    /// <summary>Health.</summary>
    public SensorState State
    {
        get
        {
            lock (_stateLock)
            {
                return _state;
            }
        }
    }

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _thread = new Thread(Run) { Name = "sensor " + Info.Name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Averages the samples of the next second and takes the mean for zero from then on, over reconnects too, until the
    /// host is disposed. Meanwhile samples are delivered as before. Nothing is written to the device. The tool's own
    /// weight turns with the hand and cannot be taken off so: that is the user's to model.
    /// </summary>
    /// <remarks><b>Threading.</b> Any thread; once more while it is under way begins afresh.</remarks>
    /// <returns>False where it is no force sensor or does not deliver now.</returns>
    public bool TryTare()
    {
        if (_tare is null || State != SensorState.Live)
        {
            return false;
        }

        _tare.Begin(Math.Max(1, (long)Info.RateHz));
        return true;
    }

    /// <summary>Looks whether the sensor speaks; called now and then by the fusion thread.</summary>
    public void UpdateState(Timestamp now)
    {
        if (Zero is { } zero && zero.Count != _zeroTold?.Count)
        {
            _zeroTold = zero;
            _observer.SensorTared(Info, zero);
        }

        long published = Ring.Published;
        if (published <= Volatile.Read(ref _attemptBegin))
        {
            // Nothing from this attempt yet, or no attempt under way.
            return;
        }

        Timestamp arrival = Ring.Header(published - 1).Arrival;
        long silence = now.NanosecondsSince(arrival);
        if (silence > _staleNanoseconds)
        {
            Change(SensorState.Stale, $"silent for more than {_staleNanoseconds / 1_000_000} ms", SensorState.Live);
        }
        else
        {
            Change(SensorState.Live, "delivers", SensorState.Starting, SensorState.Stale, SensorState.Faulted);
        }
    }

    /// <summary>Asks the sensor to stop; does not wait.</summary>
    public void RequestStop() => _stopping.Cancel();

    /// <summary>Stops the thread, waiting up to two seconds for a sensor that hangs, and disposes the sensor.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping.Cancel();
        bool ended = _thread is null || _thread.Join(StopPatience);
        if (ended)
        {
            // A thread that hangs inside the device may still use sensor and token: then both are left to the process.
            _sensor.Dispose();
            _stopping.Dispose();
        }
    }

    private void Run()
    {
        TimeSpan backoff = _options.FirstBackoff;
        while (!_stopping.IsCancellationRequested)
        {
            long before = Ring.Published;
            Timestamp begin = _clock.Now;
            Volatile.Write(ref _attemptBegin, before);
            string reason = CaptureOnce();
            Volatile.Write(ref _attemptBegin, long.MaxValue);
            if (_stopping.IsCancellationRequested)
            {
                break;
            }

            if (State == SensorState.Stopped)
            {
                return;
            }

            if (Ring.Published > before)
            {
                backoff = _options.FirstBackoff;
            }

            Change(SensorState.Faulted, reason, SensorState.Starting, SensorState.Live, SensorState.Stale);
            _clock.WaitUntil(NextAttempt(begin, backoff), _stopping.Token);
            backoff = backoff * 2 < _options.LongestBackoff ? backoff * 2 : _options.LongestBackoff;
            if (!_stopping.IsCancellationRequested)
            {
                Interlocked.Increment(ref _restarts);
            }
        }

        Change(SensorState.Stopped, "stopped", SensorState.Starting, SensorState.Live, SensorState.Stale,
            SensorState.Faulted);
    }

    /// <summary>
    /// The pause counts from the beginning of the attempt that failed: one that waited long for an answer has been a
    /// pause already, and a device that is back is found sooner.
    /// </summary>
    private Timestamp NextAttempt(Timestamp begin, TimeSpan backoff)
    {
        Timestamp soonest = _clock.Now + _options.FirstBackoff;
        Timestamp next = begin + backoff;
        return next > soonest ? next : soonest;
    }

    /// <summary>One opening of the device; the reason why it ended.</summary>
    private string CaptureOnce()
    {
        try
        {
            _sensor.Capture(_sink, _stopping.Token);
            if (!_options.RestartAfterEnd && !_stopping.IsCancellationRequested)
            {
                Change(SensorState.Stopped, "the source has ended", SensorState.Starting, SensorState.Live,
                    SensorState.Stale, SensorState.Faulted);
            }

            return "the source has ended";
        }
        catch (SensorException failure)
        {
            return failure.Message;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return "stopped";
        }
#pragma warning disable CA1031 // One sensor's defect must not take the others down: report it and try again.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            return $"defect in the adapter: {defect.GetType().Name}: {defect.Message}";
        }
    }

    /// <summary>Changes the state where it is one of those expected, and reports it once, outside the lock.</summary>
    private void Change(SensorState to, string reason, params ReadOnlySpan<SensorState> expected)
    {
        SensorState from;
        lock (_stateLock)
        {
            from = _state;
            if (from == to || !expected.Contains(from))
            {
                return;
            }

            _state = to;
        }

        _observer.SensorChanged(Info, from, to, reason);
    }
}
