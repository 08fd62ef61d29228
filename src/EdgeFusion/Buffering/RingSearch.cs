using EdgeFusion.Time;

namespace EdgeFusion.Buffering;

/// <summary>Binary search by capture time; captures in a ring always increase (the gate sees to it).</summary>
internal static class RingSearch
{
    /// <summary>The first sequence in [low, high) whose capture is at or after an instant; high where there is
    /// none.</summary>
    public static long FirstAtOrAfter(SensorRing ring, long low, long high, Timestamp instant)
    {
        while (low < high)
        {
            long middle = low + ((high - low) >> 1);
            if (ring.Header(middle).Capture < instant)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
