using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>Judges, scales, stamps and averages the records of one opening. Hot path; allocates nothing.</summary>
internal sealed class RdtStream
{
    private const int Axes = 6;

    /// <summary>Wider than a quartz: the rate is what the box is set to, and it rounds.</summary>
    private const double LargestDriftPpm = 20_000;

    private readonly byte[] _buffer;
    private readonly DeviceHealth _health;
    private readonly SequenceCounter _sequence = new(32);
    private readonly TickUnwrapper _measurements = new(32);
    private readonly DeviceClock _clock;
    private readonly double[] _sums = new double[Axes];
    private readonly double[] _scale = new double[Axes];
    private readonly int _average;
    private readonly double _stallLimit;
    private long _tick;
    private long _stepsPerRecord;
    private int _inSum;
    private int _resets;
    private long _stalled;
    private SampleFlags _flags;

    public RdtStream(RdtOptions options, RdtCalibration calibration, DeviceHealth health, byte[] buffer)
    {
        _buffer = buffer;
        _health = health;
        _average = options.Average;
        _clock = new DeviceClock(options.RateHz, LargestDriftPpm);
        _stallLimit = Math.Max(10, options.RateHz / 10);
        for (int i = 0; i < Axes; i++)
        {
            _scale[i] = i < 3 ? calibration.NewtonPerCount : calibration.NewtonMetrePerCount;
        }
    }

    /// <summary>Datagrams in a row that were no records.</summary>
    public int BadInARow { get; set; }

    /// <summary>Takes the record in the buffer.</summary>
    /// <param name="arrival">When it came.</param>
    /// <param name="wrench">Where a finished sample goes.</param>
    /// <param name="capture">Its capture time.</param>
    /// <param name="flags">Its flags.</param>
    /// <returns>Whether a sample is finished.</returns>
    public bool TryTake(Timestamp arrival, Span<float> wrench, out Timestamp capture, out SampleFlags flags)
    {
        (capture, flags) = (default, SampleFlags.None);
        var record = new RdtRecord(_buffer.AsSpan(0, RdtRecord.Length));
        if (!_sequence.TryTake(record.Sequence, out long lost, out bool restarted))
        {
            _health.CountDuplicate();
            return false;
        }

        if (lost > 0)
        {
            _health.CountLost(lost);
        }

        _flags |= lost > 0 || restarted ? SampleFlags.Gap : SampleFlags.None;
        if (!TryAdvanceClock(record.MeasurementSequence, lost))
        {
            return false;
        }

        Timestamp stamp = _clock.Map(_tick, arrival);
        ReportClock();
        if (!record.IsUsable)
        {
            _health.CountInvalid();
            _flags |= SampleFlags.Gap;
            return false;
        }

        _flags |= record.IsSaturated ? SampleFlags.Clipped : SampleFlags.None;
        return TryFinish(record, stamp, wrench, out capture, out flags);
    }

    /// <summary>
    /// The measurement's number in units of records. It steps by a fixed number per record (7 at 1 kHz out of 7 kHz),
    /// learnt from the first two.
    /// </summary>
    private bool TryAdvanceClock(uint measurement, long lost)
    {
        long before = _measurements.Latest;
        long now = _measurements.Unwrap(measurement, out bool rebooted);
        if (before == TickUnwrapper.None)
        {
            return true;
        }

        long step = now - before;
        if (rebooted)
        {
            _flags |= SampleFlags.Gap;
            _stepsPerRecord = 0;
            _tick += 1;
            return true;
        }

        if (step == 0)
        {
            _health.CountDuplicate();
            if (++_stalled > _stallLimit)
            {
                throw new SensorException(
                    "The force sensor repeats its last measurement: its own loop has stopped. Switch it off and on.");
            }

            return false;
        }

        _stalled = 0;
        if (_stepsPerRecord == 0 && lost == 0)
        {
            _stepsPerRecord = step;
        }

        _tick += _stepsPerRecord == 0 ? lost + 1 : (step + (_stepsPerRecord / 2)) / _stepsPerRecord;
        return true;
    }

    private bool TryFinish(
        RdtRecord record, Timestamp stamp, Span<float> wrench, out Timestamp capture, out SampleFlags flags)
    {
        (capture, flags) = (default, SampleFlags.None);
        for (int i = 0; i < Axes; i++)
        {
            _sums[i] += record.Count(i) * _scale[i];
        }

        if (++_inSum < _average)
        {
            _health.CountAveraged();
            return false;
        }

        for (int i = 0; i < Axes; i++)
        {
            wrench[i] = (float)(_sums[i] / _average);
            _sums[i] = 0;
        }

        // An average stands for the middle of its records.
        double half = (_average - 1) / 2.0;
        capture = stamp.AddNanoseconds(-(long)(half * _clock.NanosecondsPerTick));
        flags = _flags;
        _flags = SampleFlags.None;
        _inSum = 0;
        return true;
    }

    private void ReportClock()
    {
        _health.TakeClock(_clock.DriftPpm, _clock.ResidualNanoseconds);
        if (_clock.Resets != _resets)
        {
            _resets = _clock.Resets;
            _health.CountClockReset();
        }
    }
}
