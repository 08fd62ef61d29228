using EdgeFusion.Time;

namespace EdgeFusion.Sensing.Devices;

/// <summary>
/// Capture times of a stream: by the device's counter where it has one, else by counting frames, so that a burst of
/// frames in one read is spread over the time in which they were measured.
/// </summary>
/// <remarks>
/// Counting: frames that a damaged line swallowed are made up for by the number of bytes skipped, a silence by its
/// length, so that the count keeps in step. Hot path; allocates nothing.
/// </remarks>
internal sealed class StreamTiming
{
    private const long SilenceNanoseconds = 50_000_000;

    private readonly DeviceClock _clock;
    private readonly DeviceHealth _health;
    private readonly double _rateHz;
    private readonly int _frameBytes;
    private readonly long _wireNanoseconds;
    private readonly bool _counts;
    private long _count;
    private long _skippedBytes;
    private int _resets;
    private Timestamp _lastArrival = Timestamp.MinValue;

    public StreamTiming(StreamProtocol protocol, long byteNanoseconds, DeviceHealth health)
    {
        _counts = protocol.TicksPerSecond == 0;
        _rateHz = protocol.Outputs[0].RateHz;
        _clock = new DeviceClock(_counts ? _rateHz : protocol.TicksPerSecond, protocol.LargestDriftPpm);
        _frameBytes = protocol.FrameBytes;
        _wireNanoseconds = byteNanoseconds * _frameBytes;
        _health = health;
        _skippedBytes = health.Frames.ResyncBytes;
    }

    /// <summary>Capture time of the frame just decoded.</summary>
    public Timestamp Stamp(StreamReading reading, Timestamp arrival)
    {
        Timestamp capture = _clock.Map(_counts ? Count(reading, arrival) : reading.Tick, arrival, _wireNanoseconds);
        _health.TakeClock(_clock.DriftPpm, _clock.ResidualNanoseconds);
        if (_clock.Resets != _resets)
        {
            _resets = _clock.Resets;
            _health.CountClockReset();
        }

        return capture;
    }

    private long Count(StreamReading reading, Timestamp arrival)
    {
        long skipped = _health.Frames.ResyncBytes;
        long swallowed = (skipped - _skippedBytes + (_frameBytes / 2)) / _frameBytes;
        _skippedBytes = skipped;
        long silence = _lastArrival == Timestamp.MinValue ? 0 : arrival.NanosecondsSince(_lastArrival);
        long missed = silence > SilenceNanoseconds
            ? (long)(silence * _rateHz / Timestamp.NanosecondsPerSecond) - 1
            : 0;
        _lastArrival = arrival;
        _count += 1 + Math.Max(Math.Max(swallowed, missed), reading.Lost);
        return _count;
    }
}
