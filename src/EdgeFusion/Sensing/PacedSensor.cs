using EdgeFusion.Time;

namespace EdgeFusion.Sensing;

/// <summary>
/// Turns a pulled source (simulation, recording) into a live sensor: each sample is delivered when its arrival time
/// has come on the pipeline's clock.
/// </summary>
/// <remarks>
/// The source's timeline is moved as a whole, so that its first instant becomes the start of the capture; all sources
/// of one scene share one <see cref="PaceOrigin"/> and stay aligned with each other.
/// </remarks>
public sealed class PacedSensor : ISensor, ICountingSensor
{
    private readonly Func<ISampleSource> _open;
    private readonly PaceOrigin _origin;
    private readonly IPacer? _pacer;
    private long _skipped;

    /// <summary>Creates a sensor.</summary>
    /// <param name="info">What the source delivers.</param>
    /// <param name="open">Opens the source afresh; called at each capture.</param>
    /// <param name="origin">Shared start of all sources of the scene.</param>
    /// <param name="pacer">Waits for the last milliseconds before a sample, where the pipeline's clock is the system's;
    /// null = the clock does, in steps of a millisecond.</param>
    public PacedSensor(SensorInfo info, Func<ISampleSource> open, PaceOrigin origin, IPacer? pacer = null)
    {
        Info = info;
        _open = open;
        _origin = origin;
        _pacer = pacer;
    }

    /// <inheritdoc/>
    public SensorInfo Info { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SensorCounter> Counters =>
        [new("skipped", Volatile.Read(ref _skipped), CounterRole.Lost)];

    /// <inheritdoc/>
    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using ISampleSource source = _open();
        using IDisposable? pace = _pacer?.Enter();
        long shift = _origin.Shift(sink.Clock.Now);
        while (!stopping.IsCancellationRequested && source.TryAdvance(out SampleHeader header))
        {
            Timestamp arrival = header.Arrival.AddNanoseconds(shift);
            if (sink.Clock.Now.NanosecondsSince(arrival) > SkipNanoseconds)
            {
                // After a suspend or a restart the past is skipped, as a device would have done.
                Volatile.Write(ref _skipped, _skipped + 1);
                continue;
            }

            if (!WaitUntil(arrival, sink.Clock, stopping))
            {
                return;
            }

            source.Fill(sink.Claim()[..header.Length]);
            sink.Commit(header.Capture.AddNanoseconds(shift), sink.Clock.Now, header.Length, header.Flags);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private bool WaitUntil(Timestamp arrival, PipelineClock clock, CancellationToken stopping)
    {
        if (_pacer is null)
        {
            return clock.WaitUntil(arrival, stopping);
        }

        if (arrival.NanosecondsSince(clock.Now) > 2 * PacedNanoseconds
            && !clock.WaitUntil(arrival.AddNanoseconds(-PacedNanoseconds), stopping))
        {
            return false;
        }

        _pacer.WaitUntil(clock.TimestampAt(arrival));
        return !stopping.IsCancellationRequested;
    }

    /// <summary>Left to the pacer, whose waits cannot be broken off.</summary>
    private const long PacedNanoseconds = 10_000_000;

    /// <summary>Samples later than this are not delivered any more.</summary>
    private const long SkipNanoseconds = Timestamp.NanosecondsPerSecond;
}

/// <summary>Where a scene's timeline begins on the pipeline's; fixed by whichever sensor starts first.</summary>
/// <param name="sceneStart">First instant of the scene on its own timeline.</param>
/// <remarks><b>Threading.</b> Any thread.</remarks>
public sealed class PaceOrigin(Timestamp sceneStart)
{
    private readonly Lock _lock = new();
    private long? _shift;

    /// <summary>Nanoseconds to add to the scene's times.</summary>
    public long Shift(Timestamp now)
    {
        lock (_lock)
        {
            return _shift ??= now.NanosecondsSince(sceneStart);
        }
    }
}
