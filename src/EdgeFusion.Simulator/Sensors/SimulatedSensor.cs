using EdgeFusion.Sensing;
using EdgeFusion.Simulator.Numerics;
using EdgeFusion.Simulator.Scene;

namespace EdgeFusion.Simulator.Sensors;

/// <summary>
/// When a simulated sensor samples, when its samples arrive and which are lost; what they hold is the derived class's.
/// </summary>
internal abstract class SimulatedSensor : ISampleSource
{
    private readonly WorkCellOptions _cell;
    private readonly SimulatedSensorOptions _options;
    private readonly Dropouts _dropouts;
    private readonly ulong _transportKey;
    private readonly ulong _garbageKey;
    private readonly long _periodNanoseconds;
    private readonly long _milliHertz;
    private readonly long _phaseNanoseconds;
    private readonly long _endNanoseconds;
    private readonly byte[] _held;
    private long _heldIndex = -1;
    private long _index = -1;
    private long _sequence;
    private long _latestArrival = long.MinValue;
    private int _length;

    protected SimulatedSensor(
        WorkCellOptions cell, SimulatedSensorOptions options, SensorInfo info, SensorOrdinal ordinal)
    {
        _cell = cell;
        _options = options;

        // Two neighbours may err in opposite directions.
        Info = info with { Jitter = Math.Max(info.Jitter, 2 * options.CaptureJitter) };
        _transportKey = RandomStream.KeyFor(cell.Seed, StreamPurpose.Transport, (long)ordinal);
        _garbageKey = RandomStream.KeyFor(cell.Seed, StreamPurpose.Garbage, (long)ordinal);
        _dropouts = new Dropouts(options, RandomStream.KeyFor(cell.Seed, StreamPurpose.Dropout, (long)ordinal));
        _periodNanoseconds = info.PeriodNanoseconds;
        _milliHertz = (long)Math.Round(info.RateHz * 1000);
        _held = options.Faults.IsEmpty ? [] : new byte[info.Layout.MaxSampleBytes];

        // The largest jitter allowed is 0.4: the first capture is not before the cell's start.
        RandomStream phase = RandomStream.For(cell.Seed, StreamPurpose.Phase, (long)ordinal);
        _phaseNanoseconds = (long)(_periodNanoseconds * phase.NextBetween(0.4, 1));
        _endNanoseconds = cell.Episodes == 0 ? long.MaxValue : cell.Episodes * Episode.LengthNanoseconds;
    }

    public SensorInfo Info { get; }

    protected ulong Seed => _cell.Seed;

    protected double Difficulty => _options.Difficulty;

    /// <summary>Time that a sample spans: 0 except for audio blocks.</summary>
    protected virtual long SpanNanoseconds => 0;

    public bool TryAdvance(out SampleHeader header)
    {
        bool gap = false;
        while (true)
        {
            _index++;
            long truth = TruthOf(_index);
            if (truth + SpanNanoseconds > _endNanoseconds)
            {
                header = default;
                return false;
            }

            if (IsLost(truth))
            {
                gap = true;
                continue;
            }

            header = Announce(truth, gap);
            return true;
        }
    }

    public void Fill(Span<byte> payload)
    {
        if (payload.Length != _length)
        {
            ThrowWrongLength(payload.Length);
        }

        switch (FaultAt(TruthOf(_index))?.Kind)
        {
            case SensorFaultKind.Stuck:
                Repeat(payload);
                break;
            case SensorFaultKind.Garbage:
                FillGarbage(payload);
                break;
            default:
                Render(_index, TruthOf(_index), payload);
                break;
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Writes the sample of an index, captured at a time of the cell, as a pure function of both.</summary>
    protected abstract void Render(long index, long nanoseconds, Span<byte> payload);

    /// <summary>Time of a sample on the cell's timeline without the jitter of its stamp.</summary>
    protected long GridOf(long index)
    {
        long nominal = Nominal(index);
        double drift = _options.DriftPpm;
        return _phaseNanoseconds + nominal - (long)(nominal * (drift / (1e6 + drift)));
    }

    private long Nominal(long index) =>
        (long)((Int128)index * Info.FramesPerBlock * 1_000_000_000_000 / _milliHertz);

    private long TruthOf(long index)
    {
        if (_options.CaptureJitter == 0)
        {
            return GridOf(index);
        }

        double unit = ToUnit(RandomStream.Hash(_transportKey, (ulong)index << 1));
        return GridOf(index) + (long)(_periodNanoseconds * _options.CaptureJitter * ((2 * unit) - 1));
    }

    private bool IsLost(long truth) =>
        FaultAt(truth)?.Kind == SensorFaultKind.Mute || _dropouts.IsLost(_index, truth);

    private SampleHeader Announce(long truth, bool gap)
    {
        double unit = ToUnit(RandomStream.Hash(_transportKey, ((ulong)_index << 1) | 1));
        long arrival = truth + SpanNanoseconds + (_options.Latency.Ticks * 100)
            + (long)(_options.LatencyJitter.Ticks * 100 * unit);
        if (FaultAt(truth) is { Kind: SensorFaultKind.Late } late)
        {
            arrival += late.Delay.Ticks * 100;
        }

        _latestArrival = Math.Max(_latestArrival, arrival);
        long capture = _options.Stamp == CaptureStamp.True ? truth : _phaseNanoseconds + Nominal(_index);
        _length = Info.Layout.MaxSampleBytes;
        return new SampleHeader
        {
            Sequence = _sequence++,
            Capture = _cell.Start.AddNanoseconds(Math.Min(capture, _latestArrival)),
            Arrival = _cell.Start.AddNanoseconds(_latestArrival),
            Length = _length,
            Flags = gap ? SampleFlags.Gap : SampleFlags.None,
        };
    }

    private SensorFault? FaultAt(long truth)
    {
        foreach (SensorFault fault in _options.Faults)
        {
            if (truth >= fault.Start.Ticks * 100 && truth < fault.End.Ticks * 100)
            {
                return fault;
            }
        }

        return null;
    }

    private void Repeat(Span<byte> payload)
    {
        // The last healthy sample is rendered again, not remembered: whoever pulls may have skipped its payload.
        long healthy = _index;
        while (healthy > 0 && FaultAt(TruthOf(healthy)) is { Kind: SensorFaultKind.Stuck })
        {
            healthy = healthy > _heldIndex && _heldIndex >= 0 && IsStuckThrough(_heldIndex) ? _heldIndex : healthy - 1;
        }

        if (healthy != _heldIndex)
        {
            Render(healthy, TruthOf(healthy), _held.AsSpan(0, payload.Length));
            _heldIndex = healthy;
        }

        _held.AsSpan(0, payload.Length).CopyTo(payload);
    }

    /// <summary>Whether the held sample is the one right before the fault that holds now.</summary>
    private bool IsStuckThrough(long held) =>
        ReferenceEquals(FaultAt(TruthOf(held + 1)), FaultAt(TruthOf(_index)));

    private void FillGarbage(Span<byte> payload)
    {
        var random = new RandomStream(RandomStream.Hash(_garbageKey, (ulong)_index));
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = (byte)(random.NextBits() >> 56);
        }
    }

    private static double ToUnit(ulong bits) => (bits >> 11) * (1.0 / (1L << 53));

    private void ThrowWrongLength(int length) => throw new ArgumentException(
        $"sensor '{Info.Name}' announced {_length} bytes, but the payload holds {length}", nameof(length));
}
