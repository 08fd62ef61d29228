namespace EdgeFusion.Worker.Bench;

/// <summary>Exact durations in the order in which they came, in memory reserved before the measurement.</summary>
/// <remarks>The pipeline's own histograms are 3 % wide per bucket: too coarse for a budget of 3 %.</remarks>
internal sealed class Series(int capacity)
{
    private readonly long[] _nanoseconds = new long[Math.Max(1, capacity)];

    /// <summary>Values taken.</summary>
    public int Count { get; private set; }

    /// <summary>Values that have room; more are ignored.</summary>
    public int Capacity => _nanoseconds.Length;

    /// <summary>A value in the order in which it came.</summary>
    public long this[int index] => _nanoseconds[index];

    /// <summary>Takes a value.</summary>
    public void Add(long nanoseconds)
    {
        if (Count < Capacity)
        {
            _nanoseconds[Count++] = nanoseconds;
        }
    }

    /// <summary>The value that a fraction of all does not exceed, in nanoseconds; 0 where there are none.</summary>
    public long Percentile(double fraction)
    {
        if (Count == 0)
        {
            return 0;
        }

        long[] sorted = _nanoseconds.AsSpan(0, Count).ToArray();
        Array.Sort(sorted);
        return sorted[Math.Clamp((int)Math.Ceiling(fraction * Count) - 1, 0, Count - 1)];
    }
}
