using EdgeFusion.Diagnostics;
using EdgeFusion.Recording.Mcap;

namespace EdgeFusion.Worker.Inspect;

/// <summary>What an inspection finds out about one channel. Bounded memory, however long the recording.</summary>
internal sealed class ChannelFacts(McapChannel channel, string schema)
{
    /// <summary>An interval this many times the median is a gap.</summary>
    private const double GapFactor = 3;

    /// <summary>Longest list of gaps; more are only counted.</summary>
    private const int MostGaps = 100;

    /// <summary>Upper edges of the jitter histogram, as fractions of the median interval.</summary>
    public static readonly double[] JitterEdges = [0.01, 0.05, 0.1, 0.25, 0.5, 1, double.PositiveInfinity];

    private const double Fifth = 0.2;
    private const long ShortestDriftNanoseconds = 10_000_000_000;

    private readonly LatencyHistogram _intervals = new();
    private long _median;
    private long _last = -1;
    private long _earlyDelay = long.MaxValue;
    private long _lateDelay = long.MaxValue;

    public McapChannel Channel { get; } = channel;

    public string Schema { get; } = schema;

    public long Messages { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>First and last log time in ns.</summary>
    public long First { get; private set; } = -1;

    public long Last { get; private set; }

    /// <summary>Steps back or repeats of the capture time.</summary>
    public long Backwards { get; private set; }

    /// <summary>Messages with a time after 2116.</summary>
    public long Absurd { get; private set; }

    /// <summary>Smallest and largest log time minus capture time, in ns: delay, and what the clocks are
    /// apart.</summary>
    public long DelayMin { get; private set; } = long.MaxValue;

    public long DelayMax { get; private set; } = long.MinValue;

    /// <summary>How fast log time and capture time drift apart, in ppm: by the least delay of the first and of the last
    /// fifth, since single messages may be late. 0 for less than 10 s.</summary>
    public double DriftPpm => Last - First > ShortestDriftNanoseconds && _earlyDelay != long.MaxValue
        && _lateDelay != long.MaxValue ? (_lateDelay - _earlyDelay) * 1e6 / ((Last - First) * (1 - Fifth)) : 0;

    /// <summary>Counts by <see cref="JitterEdges"/>.</summary>
    public long[] Jitter { get; } = new long[JitterEdges.Length];

    public List<(long From, long To)> Gaps { get; } = [];

    public long GapCount { get; private set; }

    /// <summary>Median interval in ns; 0 where there is none.</summary>
    public long MedianNanoseconds => _median;

    public double RateHz => _median > 0 ? 1e9 / _median : 0;

    public long P99Nanoseconds => _intervals.PercentileNanoseconds(0.99);

    /// <summary>First pass: rates, sizes, clocks.</summary>
    public void Count(in McapMessage message)
    {
        Messages++;
        Bytes += message.Data.Length;
        if (message.LogTime > 1UL << 62 || message.PublishTime > 1UL << 62)
        {
            Absurd++;
            return;
        }

        long log = (long)message.LogTime;
        long capture = Capture(message);
        long delay = log - capture;
        if (First < 0)
        {
            First = log;
        }
        else if (capture <= _last)
        {
            Backwards++;
        }
        else
        {
            _intervals.Record(capture - _last);
        }

        _last = capture;
        Last = Math.Max(Last, log);
        DelayMin = Math.Min(DelayMin, delay);
        DelayMax = Math.Max(DelayMax, delay);
    }

    /// <summary>Between the passes.</summary>
    public void Settle()
    {
        _median = _intervals.PercentileNanoseconds(0.5);
        _last = -1;
    }

    /// <summary>Second pass: gaps and jitter against the median.</summary>
    public void Compare(in McapMessage message)
    {
        if (message.LogTime > 1UL << 62 || message.PublishTime > 1UL << 62 || _median == 0)
        {
            return;
        }

        long capture = Capture(message);
        CompareDelay((long)message.LogTime, (long)message.LogTime - capture);
        if (_last >= 0 && capture > _last)
        {
            long interval = capture - _last;
            double deviation = Math.Abs(interval - _median) / (double)_median;
            Jitter[Array.FindIndex(JitterEdges, edge => deviation <= edge)]++;
            if (interval > GapFactor * _median)
            {
                GapCount++;
                if (Gaps.Count < MostGaps)
                {
                    Gaps.Add((_last, capture));
                }
            }
        }

        _last = capture;
    }

    private void CompareDelay(long log, long delay)
    {
        long fifth = (long)((Last - First) * Fifth);
        _earlyDelay = log < First + fifth ? Math.Min(_earlyDelay, delay) : _earlyDelay;
        _lateDelay = log > Last - fifth ? Math.Min(_lateDelay, delay) : _lateDelay;
    }

    /// <summary>Writers that know no publish time leave it 0.</summary>
    private static long Capture(in McapMessage message) =>
        (long)(message.PublishTime == 0 ? message.LogTime : message.PublishTime);
}
