using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
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
/// The pipeline on virtual time: the same rings, gate, aligner, binder, engine and decoder as live, driven sample by
/// sample in order of arrival. The result depends on the feed only: not on speed, load or the number of lanes.
/// </summary>
/// <remarks>
/// <para>
/// Inference runs on as many lanes as there are engines; predictions leave in window order. With a cut source the
/// decisions of a live run are repeated, deadlines included.
/// </para>
/// <para><b>Threading.</b> One thread; lanes are inside. <b>Ownership.</b> Owns its rings and lanes, not engines, feed
/// or sinks.</para>
/// </remarks>
public sealed class VirtualPipeline : IDisposable
{
    private const long LongestIdleNanoseconds = 60 * Timestamp.NanosecondsPerSecond;

    private readonly VirtualSetup _setup;
    private readonly IReadOnlyList<SensorInfo> _sensors;
    private readonly SampleSink[] _sinks;
    private readonly SensorRing[] _rings;
    private readonly WindowCut _cut;
    private VirtualTimeProvider _time;
    private WindowAligner _aligner;
    private LaneSet _lanes;
    private long? _sequence = 0;

    /// <summary>Builds a pipeline.</summary>
    /// <param name="setup">Model, engines, sinks and origin.</param>
    /// <param name="sensors">The feed's sensors; those that fit no input are kept out and listed in <see
    /// cref="Plan"/>.</param>
    public VirtualPipeline(VirtualSetup setup, IReadOnlyList<SensorInfo> sensors)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(sensors);
        _setup = setup;
        _sensors = sensors;
        Plan = PipelinePlan.Make(setup.Manifest, sensors);
        _rings = new SensorRing[sensors.Count];
        _sinks = new SampleSink[sensors.Count];
        _cut = new WindowCut(setup.Manifest.Inputs.Length, setup.Manifest.Context.Length);
        Build(setup.Origin);
    }

    /// <summary>Which sensor feeds which input, and what did not fit.</summary>
    public PipelinePlan Plan { get; }

    /// <summary>Real durations per stage.</summary>
    public StageMeter Stages { get; } = new();

    /// <summary>Windows cut.</summary>
    public long Windows { get; private set; }

    /// <summary>Windows that left by their deadline.</summary>
    public long DeadlineWindows { get; private set; }

    /// <summary>Recorded decisions whose samples the recording lacks in part.</summary>
    public long IncompleteCuts { get; private set; }

    /// <summary>Windows passed over because no sensor spoke for more than a minute.</summary>
    public long IdleWindows { get; private set; }

    /// <summary>Virtual time.</summary>
    public Timestamp Now => _time.Now;

    /// <summary>What was taken and kept out per sensor of the feed.</summary>
    public SampleGate Gate(int sensor) => _sinks[sensor].Gate;

    /// <summary>Runs a feed to its end, deciding afresh.</summary>
    /// <param name="feed">The samples; must have the sensors given at construction.</param>
    /// <param name="stopping">Ends the run early.</param>
    public void Run(ISampleFeed feed, CancellationToken stopping = default)
    {
        RunOn(feed, stopping);

        if (!stopping.IsCancellationRequested)
        {
            // The last window needs nobody's sample after it: give it its hop and deadline.
            WindowShape shape = _setup.Manifest.Window;
            AdvanceTo(Now.AddNanoseconds(shape.HopNanoseconds + shape.DeadlineNanoseconds + 1));
        }

        _lanes.Drain();
    }

    /// <summary>Runs a feed until it gives no more for now; it may be run on later. Allocates nothing.</summary>
    public void RunOn(ISampleFeed feed, CancellationToken stopping = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        while (!stopping.IsCancellationRequested && feed.TryAdvance(out int sensor, out SampleHeader header))
        {
            AdvanceTo(header.Arrival);
            Push(feed, sensor, header);
            CutAll(Now);
        }
    }

    /// <summary>Hands out, in order, the predictions that are ready; for a feed that waits for its samples.</summary>
    internal void HandOutReady() => _lanes.HandOutReady();

    /// <summary>Runs a feed, repeating recorded decisions.</summary>
    public void Run(ISampleFeed feed, ICutSource cuts, CancellationToken stopping = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(cuts);
        var used = new bool[_rings.Length];
        for (int i = 0; i < _cut.Inputs.Length; i++)
        {
            if (SensorOf(i) is >= 0 and int sensor)
            {
                used[sensor] = true;
            }
        }

        var repeater = new CutRepeater(feed, used, Push);
        while (!stopping.IsCancellationRequested && cuts.TryNext(_cut))
        {
            for (int i = 0; i < _cut.Inputs.Length; i++)
            {
                int sensor = SensorOf(i);
                if (sensor >= 0 && !repeater.AdvanceTo(sensor, _cut.Inputs[i].Bound)
                    && !stopping.IsCancellationRequested)
                {
                    IncompleteCuts++;
                }

                _cut.Inputs[i].Bound = sensor < 0 ? 0 : _rings[sensor].Published;
            }

            _time.Set(_cut.CutTime);
            Process();
        }

        _lanes.Drain();
    }

    /// <summary>
    /// Forgets all samples and goes on elsewhere. Windows keep their numbers, and predictions take them as their
    /// sequence.
    /// </summary>
    /// <param name="from">Start of the first window at the earliest; may lie before what was run.</param>
    /// <param name="samplesFrom">When the samples begin that will be run next; some way before, to fill the rings.
    /// </param>
    public void Restart(Timestamp from, Timestamp samplesFrom)
    {
        _lanes.Dispose();
        Build(samplesFrom);
        _aligner.SkipUntil(from);
        _sequence = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _lanes.Dispose();

    [MemberNotNull(nameof(_time), nameof(_aligner), nameof(_lanes))]
    private void Build(Timestamp now)
    {
        _time = new VirtualTimeProvider(now);
        var clock = new PipelineClock(_time);
        for (int i = 0; i < _sensors.Count; i++)
        {
            SensorInfo sensor = _sensors[i];
            _rings[i] = new SensorRing(sensor, Plan.RingCapacity(_setup.Manifest, sensor));
            TimeSpan horizon = TimeSpan.FromTicks(_rings[i].Capacity * sensor.PeriodNanoseconds / 100);
            var gate = new SampleGate(sensor, horizon, _setup.SensorOptions.FutureTolerance);
            _sinks[i] = new SampleSink(_rings[i], gate, clock);
        }

        ImmutableArray<BoundInput> inputs = BindInputs(_sensors);
        _aligner = new WindowAligner(new WindowGrid(_setup.Origin, _setup.Manifest.Window), inputs, false);
        var stage = new FusionStage(
            new TensorBinder(inputs, _setup.Manifest.Window), new PipelineClock(TimeProvider.System), Stages,
            _setup.ExplainEvery);
        _lanes = new LaneSet(_setup, stage, Emit);
    }

    private ImmutableArray<BoundInput> BindInputs(IReadOnlyList<SensorInfo> sensors)
    {
        ImmutableArray<BoundInput>.Builder inputs = ImmutableArray.CreateBuilder<BoundInput>();
        for (int i = 0; i < Plan.Feeds.Length; i++)
        {
            SensorRing? ring = null;
            for (int s = 0; s < sensors.Count; s++)
            {
                ring = ReferenceEquals(sensors[s], Plan.Feeds[i]) ? _rings[s] : ring;
            }

            long stale = ring is null ? 0 : _setup.SensorOptions.StaleNanoseconds(ring.Info);
            inputs.Add(new BoundInput(_setup.Manifest.Inputs[i], ring, stale));
        }

        return inputs.ToImmutable();
    }

    private int SensorOf(int input)
    {
        for (int s = 0; s < _rings.Length; s++)
        {
            if (ReferenceEquals(_rings[s].Info, Plan.Feeds[input]))
            {
                return s;
            }
        }

        return -1;
    }

    private void Push(ISampleFeed feed, int sensor, in SampleHeader header)
    {
        Span<byte> slot = _sinks[sensor].Claim();
        int length = Math.Min(header.Length, slot.Length);
        feed.Fill(slot[..length]);
        _sinks[sensor].Commit(header.Capture, header.Arrival, header.Length, header.Flags);
    }

    private void Push(int sensor, in SampleHeader header, ReadOnlySpan<byte> payload)
    {
        Span<byte> slot = _sinks[sensor].Claim();
        payload[..Math.Min(payload.Length, slot.Length)].CopyTo(slot);
        _sinks[sensor].Commit(header.Capture, header.Arrival, header.Length, header.Flags);
    }

    /// <summary>Lets virtual time pass up to, but not including, an instant.</summary>
    private void AdvanceTo(Timestamp instant)
    {
        if (instant.Nanoseconds - LongestIdleNanoseconds > Now.Nanoseconds)
        {
            // Nobody spoke for a minute or an absurd stamp came: not a million windows without a single sample.
            AdvanceTo(Now.AddNanoseconds(2 * _setup.Manifest.Window.LengthNanoseconds));
            IdleWindows += _aligner.SkipUntil(instant.AddNanoseconds(-_setup.Manifest.Window.LengthNanoseconds));
            _time.Set(instant.AddNanoseconds(-_setup.Manifest.Window.LengthNanoseconds));
        }

        while (true)
        {
            Timestamp trigger = _aligner.NextTrigger(_time.Now);
            if (trigger >= instant)
            {
                break;
            }

            _time.Set(trigger);
            CutAll(trigger);
        }

        _time.Set(instant);
    }

    private void CutAll(Timestamp now)
    {
        while (_aligner.TryCut(now, _cut))
        {
            Process();
        }
    }

    private void Process()
    {
        Windows++;
        DeadlineWindows += _cut.Outcome == CutOutcome.Deadline ? 1 : 0;
        if (!_cut.HasRecordedContext)
        {
            _setup.Context?.Read(_cut.Start, _cut.End, _cut.Context);
        }

        long sequence = _sequence ?? _cut.Window;
        _sequence = sequence + 1;
        _lanes.Process(_cut, sequence, _setup.Epoch);
    }

    private void Emit(Prediction prediction)
    {
        foreach (IPredictionSink sink in _setup.Sinks)
        {
            sink.Write(prediction);
        }
    }
}
