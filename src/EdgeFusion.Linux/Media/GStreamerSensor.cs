using EdgeFusion.Linux.Interop.GStreamer;
using EdgeFusion.Sensing;
using EdgeFusion.Time;

namespace EdgeFusion.Linux.Media;

/// <summary>
/// A camera or microphone by GStreamer: Video4Linux, CSI, RTSP, HTTP, files, ALSA, PulseAudio, PipeWire, test sources
/// and pipelines of one's own. Frames are copied once, from GStreamer's buffer into the ring slot.
/// </summary>
/// <remarks>
/// <para>
/// Capture time = the buffer's time stamp (running time + base time, on the monotonic clock) moved to the pipeline's
/// timeline; without a stamp the arrival, less the duration of an audio block. A live source that ends, fails, changes
/// to a format that does not fit, or falls silent ends <see cref="Capture"/> with a <see cref="SensorException"/>, and
/// the sensor host opens it again. A file ends without one.
/// </para>
/// <para><b>Threading.</b> As <see cref="ISensor"/> says; counters from any thread. Hot path: no allocation per
/// sample.</para>
/// </remarks>
public sealed class GStreamerSensor : ISensor, ICountingSensor
{
    private const ulong PullNanoseconds = 100_000_000;

    private readonly GStreamerOptions _options;
    private readonly IMediaSlots _slots;
    private readonly StartPatience _patience;
    private long _received;
    private long _dropped;
    private long _unusable;

    /// <summary>Creates a sensor; nothing is opened before <see cref="Capture"/>.</summary>
    /// <param name="info">Name, modality, and the size, rate and format wanted: frames or audio.</param>
    /// <param name="options">Where from.</param>
    /// <exception cref="ArgumentException">The layout is neither frames nor audio.</exception>
    public GStreamerSensor(SensorInfo info, GStreamerOptions options)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(options);
        Info = info;
        _options = options;
        _patience = new StartPatience(
            options.StartTimeout, learns: options.Source == GStreamerSource.Rtsp);
        _slots = info.Layout switch
        {
            FrameLayout frames => new FrameSlots(frames, info.PeriodNanoseconds),
            AudioLayout audio => new AudioSlots(audio, info.RateHz),
            _ => throw new ArgumentException($"'{info.Name}' is neither frames nor audio.", nameof(info)),
        };
    }

    /// <inheritdoc/>
    public SensorInfo Info { get; }

    /// <summary>Buffers taken from GStreamer.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Buffers that GStreamer dropped because we were slow: the oldest first.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Buffers that were damaged or too small for their format.</summary>
    public long Unusable => Volatile.Read(ref _unusable);

    /// <summary>Frames left out because the source is faster than wanted.</summary>
    public long Skipped => _slots.Skipped;

    /// <inheritdoc/>
    public IReadOnlyList<SensorCounter> Counters =>
    [
        new("buffers_received", Received, CounterRole.Captured),
        new("blocks_split_off", _slots.SplitOff, CounterRole.Captured),
        new("buffers_dropped", Dropped, CounterRole.Lost), new("buffers_unusable", Unusable, CounterRole.Dropped),
        new("buffers_skipped", Skipped, CounterRole.Dropped), new("stopped", _slots.Abandoned, CounterRole.Dropped),
    ];

    /// <summary>Why GStreamer cannot be used here, with the remedy; null where it can.</summary>
    public static string? Probe() => GstLibrary.Probe();

    /// <inheritdoc/>
    public void Capture(SampleSink sink, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(sink);
        GStreamerCheck.Require(_options);
        GstLibrary.Start();
        do
        {
            MediaPlan plan = MediaPlanner.Make(Info, _options, GstLibrary.Has);
            CaptureOnce(plan, sink, stopping);
        }
        while (_options.Loop && !stopping.IsCancellationRequested);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void CaptureOnce(MediaPlan plan, SampleSink sink, CancellationToken stopping)
    {
        Timestamp begin = sink.Clock.Now;
        using MediaPipeline pipeline = MediaPipeline.Open(plan);
        using var run = new MediaRun(pipeline, plan, _slots, sink);
        var watch = new MediaWatch(plan, _options.SilenceTimeout, _patience, begin);
        long before = _dropped;
        while (!stopping.IsCancellationRequested)
        {
            bool lagged = watch.Lags(sink.Clock.Now, Info.PeriodNanoseconds);
            nint sample = pipeline.TryPull(PullNanoseconds);
            if (sample == 0)
            {
                if (HasEnded(pipeline, plan))
                {
                    return;
                }

                if (pipeline.HasAnswered)
                {
                    watch.Answered(sink.Clock.Now);
                }

                watch.CheckSilence(sink.Clock.Now);
                Volatile.Write(ref _dropped, before + run.CountDropped(isEmpty: true));
                continue;
            }

            if (lagged)
            {
                run.MarkGapIfDropped();
                Volatile.Write(ref _dropped, before + run.Dropped);
            }

            Volatile.Write(ref _received, _received + 1);
            Deliver(run, sample, stopping);
            watch.Saw(sink.Clock.Now);
        }

        Volatile.Write(ref _dropped, before + run.CountDropped(isEmpty: false));
    }

    private void Deliver(MediaRun run, nint sample, CancellationToken stopping)
    {
        bool isUsable = false;
        try
        {
            isUsable = run.Deliver(sample, stopping);
        }
        finally
        {
            if (!isUsable)
            {
                Volatile.Write(ref _unusable, _unusable + 1);
            }
        }
    }

    /// <summary>Whether a file is through; the end of a live source is a failure.</summary>
    private static bool HasEnded(MediaPipeline pipeline, MediaPlan plan)
    {
        if (pipeline.Trouble() is { } trouble)
        {
            throw new SensorException($"Cannot read {plan.What}: {trouble}.");
        }

        if (!pipeline.IsEnded)
        {
            return false;
        }

        return !plan.IsLive
            ? true
            : throw new SensorException($"Reading {plan.What} ended: the source closed the stream.");
    }
}
