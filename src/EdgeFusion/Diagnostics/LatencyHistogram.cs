using System.Numerics;

namespace EdgeFusion.Diagnostics;

/// <summary>
/// Durations in logarithmic buckets of at most 3.2 % width, from 1 ns to 2^40 ns (18 minutes): fixed memory, one
/// increment per value.
/// </summary>
/// <remarks>
/// The layout is that of HdrHistogram with 5 bits of precision: 32 sub-buckets per power of two.
/// <b>Threading.</b> One writer; readers on other threads see values that are at most slightly old.
/// </remarks>
public sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;
    private const int LargestPower = 40;

    private readonly long[] _buckets = new long[(LargestPower - SubBits + 2) * SubBuckets];
    private long _count;
    private long _max;

    /// <summary>Number of values.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Largest value in nanoseconds.</summary>
    public long MaxNanoseconds => Volatile.Read(ref _max);

    /// <summary>Adds a duration; negative counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        long value = Math.Clamp(nanoseconds, 0, (1L << LargestPower) - 1);
        _buckets[Index(value)]++;
        Volatile.Write(ref _count, _count + 1);
        if (value > _max)
        {
            Volatile.Write(ref _max, value);
        }
    }

    /// <summary>
    /// The smallest value that a fraction of all values does not exceed, as the upper edge of its bucket; 0 where
    /// there are none.
    /// </summary>
    /// <param name="fraction">0..1, e.g. 0.99.</param>
    public long PercentileNanoseconds(double fraction)
    {
        long count = Count;
        if (count == 0)
        {
            return 0;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(fraction * count));
        long seen = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= rank)
            {
                return Math.Min(UpperEdge(i), MaxNanoseconds);
            }
        }

        return MaxNanoseconds;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Array.Clear(_buckets);
        _count = 0;
        _max = 0;
    }

    private static int Index(long value)
    {
        if (value < SubBuckets)
        {
            return (int)value;
        }

        int power = BitOperations.Log2((ulong)value);
        int sub = (int)(value >> (power - SubBits)) & (SubBuckets - 1);
        return ((power - SubBits + 1) * SubBuckets) + sub;
    }

    private static long UpperEdge(int index)
    {
        int row = index / SubBuckets;
        long sub = index % SubBuckets;
        return row == 0 ? sub : ((sub + SubBuckets + 1) << (row - 1)) - 1;
    }
}
