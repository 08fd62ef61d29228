using EdgeFusion.Simulator.Numerics;

namespace EdgeFusion.Simulator.Sensors;

/// <summary>Which samples a lossy line loses: single ones, and bursts that begin at most once in each second.</summary>
internal sealed class Dropouts
{
    private const long SlotNanoseconds = 1_000_000_000;

    // Uses of one key are kept apart by the index: samples count upwards from 0, slots from 2^62.
    private const ulong SlotBase = 1UL << 62;

    private readonly ulong _key;
    private readonly double _single;
    private readonly double _burst;
    private readonly long _lengthNanoseconds;
    private readonly long _slotsBack;

    public Dropouts(SimulatedSensorOptions options, ulong key)
    {
        _key = key;
        _single = options.DropoutProbability;
        _burst = options.DropoutsPerMinute / 60;
        _lengthNanoseconds = options.DropoutLength.Ticks * 100;
        _slotsBack = (_lengthNanoseconds / SlotNanoseconds) + 1;
    }

    public bool IsLost(long index, long nanoseconds) =>
        (_single > 0 && ToUnit(RandomStream.Hash(_key, (ulong)index)) < _single)
        || (_burst > 0 && IsInBurst(nanoseconds));

    private bool IsInBurst(long nanoseconds)
    {
        long slot = nanoseconds / SlotNanoseconds;
        for (long s = Math.Max(0, slot - _slotsBack); s <= slot; s++)
        {
            var random = new RandomStream(RandomStream.Hash(_key, SlotBase + (ulong)s));
            if (random.NextUniform() >= _burst)
            {
                continue;
            }

            long start = (s * SlotNanoseconds) + (long)(random.NextUniform() * SlotNanoseconds);
            if (nanoseconds >= start && nanoseconds < start + _lengthNanoseconds)
            {
                return true;
            }
        }

        return false;
    }

    private static double ToUnit(ulong bits) => (bits >> 11) * (1.0 / (1L << 53));
}
