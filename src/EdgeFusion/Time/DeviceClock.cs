namespace EdgeFusion.Time;

/// <summary>
/// Maps a device's own counter (microseconds, PCM frames, packet numbers) to the pipeline's timeline, by watching when
/// counter values arrive. Estimates offset and drift; never goes backwards and never lies after the arrival.
/// </summary>
/// <remarks>
/// <para>
/// Method: transport can only delay. Per stretch of device time the smallest (arrival - nominal device time) is kept:
/// the sample that was delayed least. Of all lines below up to <see cref="BinCount"/> such minima the one closest to
/// them in sum gives offset and drift: it is the edge of their lower convex hull under their mean time. So bursts (a
/// serial adapter delivering 16 ms at once), scheduling jitter and a machine that stood still hardly matter: what is
/// late lies above the line and has no say. Stretches begin at a 16th of a second and are merged in pairs up to one
/// second, so that the line stands soon after a start and rests on a minute later. Until three stretches are full the
/// drift is 0. (Cristian's idea; the hull is that of Moon, Skelly and Towsley, INFOCOM 1999.)
/// </para>
/// <para>
/// A jump of more than the limit between the fit and an arrival (device reboot, counter reset) starts the estimate
/// afresh and counts in <see cref="Resets"/>.
/// </para>
/// <para><b>Threading.</b> One thread; the figures of health may be read by any. Allocates only at
/// construction.</para>
/// </remarks>
public sealed class DeviceClock
{
    /// <summary>Most minima in the fit.</summary>
    public const int BinCount = 64;

    /// <summary>A larger difference than this between fit and arrival is a reset, not a delay.</summary>
    public const long JumpNanoseconds = 2 * Timestamp.NanosecondsPerSecond;

    /// <summary>No quartz is further off than this; a steeper fit is noise and is limited.</summary>
    public const double QuartzDriftPpm = 500;

    private const double FirstBinNanoseconds = Timestamp.NanosecondsPerSecond / 16.0;
    private const double LastBinNanoseconds = Timestamp.NanosecondsPerSecond;

    private readonly double _driftLimit;
    private readonly double _nanosecondsPerTick;
    private readonly double[] _binTime = new double[BinCount];
    private readonly double[] _binMinimum = new double[BinCount];
    private readonly int[] _hull = new int[BinCount];
    private int _bins;
    private bool _started;
    private long _firstTick;
    private long _base;
    private long _currentBin;
    private double _offset;
    private double _slope;
    private double _binWidth;
    private double _residual;
    private double _delay;
    private int _resets;
    private Timestamp _last = Timestamp.MinValue;

    /// <summary>Creates a clock.</summary>
    /// <param name="ticksPerSecond">Nominal rate of the device's counter in Hz, &gt; 0.</param>
    /// <param name="largestDriftPpm">
    /// How far the counter's rate may be off, in ppm; more than a quartz where the nominal rate is only a claim.
    /// </param>
    public DeviceClock(double ticksPerSecond, double largestDriftPpm = QuartzDriftPpm)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ticksPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(largestDriftPpm);
        _driftLimit = largestDriftPpm * 1e-6;
        _nanosecondsPerTick = Timestamp.NanosecondsPerSecond / ticksPerSecond;
    }

    /// <summary>Nominal duration of a tick in ns.</summary>
    public double NanosecondsPerTick => _nanosecondsPerTick;

    /// <summary>Estimated drift in parts per million; positive where the device runs slow against the
    /// pipeline.</summary>
    public double DriftPpm => Volatile.Read(ref _slope) * 1e6;

    /// <summary>How often the counter jumped and the estimate started afresh.</summary>
    public int Resets => Volatile.Read(ref _resets);

    /// <summary>
    /// How far the least delayed arrivals scatter around the fit, in nanoseconds (root mean square): what the
    /// capture times are good for.
    /// </summary>
    public double ResidualNanoseconds => Volatile.Read(ref _residual);

    /// <summary>Delay of the latest observation over the fit, in nanoseconds: transport latency above the
    /// least.</summary>
    public long LatestDelayNanoseconds => (long)Volatile.Read(ref _delay);

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
            Volatile.Write(ref _resets, _resets + 1);
            Restart(tick, earliest);
            device = 0;
            observed = 0;
            delay = 0;
        }

        Volatile.Write(ref _delay, delay);
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
        _binWidth = FirstBinNanoseconds;
        _currentBin = -1;
        _offset = 0;
        _slope = 0;
    }

    private double Fit(double device) => _offset + (_slope * device);

    private void Observe(double device, double observed)
    {
        long bin = (long)Math.Floor(device / _binWidth);
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
        if (_bins == BinCount && _binWidth < LastBinNanoseconds)
        {
            MergePairs();
            bin = (long)Math.Floor(device / _binWidth);
        }
        else if (_bins == BinCount)
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

    private void MergePairs()
    {
        for (int i = 0; i < BinCount / 2; i++)
        {
            int lower = _binMinimum[2 * i] <= _binMinimum[(2 * i) + 1] ? 2 * i : (2 * i) + 1;
            (_binTime[i], _binMinimum[i]) = (_binTime[lower], _binMinimum[lower]);
        }

        _bins = BinCount / 2;
        _binWidth *= 2;
    }

    private void Refit()
    {
        // The newest stretch is not full: its minimum is still too high and would tilt the line.
        int full = _bins - 1;
        if (full < 3)
        {
            Volatile.Write(ref _slope, 0);
            _offset = LowestMinimum();
            return;
        }

        int points = FindHull(full);
        double mean = 0;
        for (int i = 0; i < full; i++)
        {
            mean += _binTime[i] / full;
        }

        int edge = 1;
        while (edge < points - 1 && _binTime[_hull[edge]] < mean)
        {
            edge++;
        }

        double slope = Slope(_hull[edge - 1], _hull[edge]);
        Volatile.Write(ref _slope, Math.Clamp(slope, -_driftLimit, _driftLimit));
        _offset = double.MaxValue;
        for (int i = 0; i < points; i++)
        {
            _offset = Math.Min(_offset, _binMinimum[_hull[i]] - (_slope * _binTime[_hull[i]]));
        }

        Volatile.Write(ref _residual, Scatter(full));
    }

    /// <summary>Indices of the minima on the lower convex hull, by time (Andrew's monotone chain).</summary>
    private int FindHull(int full)
    {
        int points = 0;
        for (int i = 0; i < full; i++)
        {
            while (points >= 2 && Slope(_hull[points - 2], _hull[points - 1]) >= Slope(_hull[points - 1], i))
            {
                points--;
            }

            _hull[points++] = i;
        }

        return points;
    }

    private double Slope(int from, int to) =>
        (_binMinimum[to] - _binMinimum[from]) / Math.Max(1, _binTime[to] - _binTime[from]);

    private double Scatter(int full)
    {
        double squares = 0;
        for (int i = 0; i < full; i++)
        {
            double residual = _binMinimum[i] - Fit(_binTime[i]);
            squares += residual * residual;
        }

        return Math.Sqrt(squares / full);
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
