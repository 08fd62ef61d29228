namespace EdgeFusion.Time;

/// <summary>
/// Maps a device's own counter (microseconds, PCM frames, packet numbers) to the pipeline's timeline, by watching when
/// counter values arrive. Estimates offset and drift; never goes backwards and never lies after the arrival.
/// </summary>
/// <remarks>
/// <para>
/// Method: transport can only delay. Per second of device time the smallest (arrival - nominal device time) is kept:
/// the sample that was delayed least. A least-squares line through the last <see cref="BinCount"/> minima gives offset
/// and drift, so that bursts (a serial adapter delivering 16 ms at once) and scheduling jitter hardly matter. Until
/// three bins are full the drift is 0. This is the idea of Cristian's algorithm and of lab-streaming-layer's dejitter,
/// with a bounded memory.
/// </para>
/// <para>
/// A jump of more than <see cref="JumpNanoseconds"/> between the fit and an arrival (device reboot, counter reset)
/// starts the estimate afresh and counts in <see cref="Resets"/>.
/// </para>
/// <para><b>Threading.</b> One thread. Allocates only at construction.</para>
/// </remarks>
public sealed class DeviceClock
{
    /// <summary>Number of one-second minima in the fit.</summary>
    public const int BinCount = 16;

    /// <summary>A larger difference than this between fit and arrival is a reset, not a delay.</summary>
    public const long JumpNanoseconds = 2 * Timestamp.NanosecondsPerSecond;

    /// <summary>No quartz is further off than this; a steeper fit is noise and is limited.</summary>
    private const double LargestDriftPpm = 500;

    private readonly double _nanosecondsPerTick;
    private readonly double[] _binTime = new double[BinCount];
    private readonly double[] _binMinimum = new double[BinCount];
    private int _bins;
    private bool _started;
    private long _firstTick;
    private long _base;
    private long _currentBin;
    private double _offset;
    private double _slope;
    private Timestamp _last = Timestamp.MinValue;

    /// <summary>Creates a clock.</summary>
    /// <param name="ticksPerSecond">Nominal rate of the device's counter in Hz, &gt; 0.</param>
    public DeviceClock(double ticksPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ticksPerSecond);
        _nanosecondsPerTick = Timestamp.NanosecondsPerSecond / ticksPerSecond;
    }

    /// <summary>Estimated drift in parts per million; positive where the device runs slow against the
    /// pipeline.</summary>
    public double DriftPpm => _slope * 1e6;

    /// <summary>How often the counter jumped and the estimate started afresh.</summary>
    public int Resets { get; private set; }

    /// <summary>Delay of the latest observation over the fit, in nanoseconds: transport latency above the
    /// least.</summary>
    public long LatestDelayNanoseconds { get; private set; }

    /// <summary>
    /// Takes one observation and gives the capture instant of that counter value.
    /// </summary>
    /// <param name="tick">The device's counter, unwrapped to 64 bits.</param>
    /// <param name="arrival">When the value reached us.</param>
    /// <param name="knownDelayNanoseconds">
    /// Delay known to lie between the two in any case, e.g. the duration of the block that had to fill first.
    /// </param>
    public Timestamp Map(long tick, Timestamp arrival, long knownDelayNanoseconds = 0)
    {
        long earliest = arrival.Nanoseconds - knownDelayNanoseconds;
        if (!_started)
        {
            Restart(tick, earliest);
        }

        double device = (tick - _firstTick) * _nanosecondsPerTick;
        double observed = earliest - _base - device;
        double delay = observed - Fit(device);
        if (Math.Abs(delay) > JumpNanoseconds)
        {
            Resets++;
            Restart(tick, earliest);
            device = 0;
            observed = 0;
            delay = 0;
        }

        LatestDelayNanoseconds = (long)delay;
        Observe(device, observed);
        double estimate = device + Fit(device);
        var mapped = new Timestamp(Math.Min(_base + (long)Math.Round(estimate), earliest));
        if (mapped <= _last)
        {
            mapped = _last.AddNanoseconds(1);
        }

        _last = mapped;
        return mapped;
    }

    private void Restart(long tick, long earliest)
    {
        _started = true;
        _firstTick = tick;
        _base = earliest;
        _bins = 0;
        _currentBin = -1;
        _offset = 0;
        _slope = 0;
    }

    private double Fit(double device) => _offset + (_slope * device);

    private void Observe(double device, double observed)
    {
        long bin = (long)(device / Timestamp.NanosecondsPerSecond);
        if (bin != _currentBin)
        {
            OpenBin(bin, device, observed);
        }
        else if (observed < _binMinimum[_bins - 1])
        {
            _binTime[_bins - 1] = device;
            _binMinimum[_bins - 1] = observed;
        }
        else
        {
            return;
        }

        Refit();
    }

    private void OpenBin(long bin, double device, double observed)
    {
        if (_bins == BinCount)
        {
            Array.Copy(_binTime, 1, _binTime, 0, BinCount - 1);
            Array.Copy(_binMinimum, 1, _binMinimum, 0, BinCount - 1);
            _bins--;
        }

        _binTime[_bins] = device;
        _binMinimum[_bins] = observed;
        _bins++;
        _currentBin = bin;
    }

    private void Refit()
    {
        // The newest bin is not full: its minimum is still too high and would tilt the line.
        int full = _bins - 1;
        if (full < 3)
        {
            _slope = 0;
            _offset = LowestMinimum();
            return;
        }

        double meanTime = 0;
        double meanValue = 0;
        for (int i = 0; i < full; i++)
        {
            meanTime += _binTime[i] / full;
            meanValue += _binMinimum[i] / full;
        }

        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < full; i++)
        {
            double dt = _binTime[i] - meanTime;
            covariance += dt * (_binMinimum[i] - meanValue);
            variance += dt * dt;
        }

        double limit = LargestDriftPpm * 1e-6;
        _slope = variance == 0 ? 0 : Math.Clamp(covariance / variance, -limit, limit);
        _offset = meanValue - (_slope * meanTime);
    }

    private double LowestMinimum()
    {
        double lowest = _binMinimum[0];
        for (int i = 1; i < _bins; i++)
        {
            lowest = Math.Min(lowest, _binMinimum[i]);
        }

        return lowest;
    }
}
