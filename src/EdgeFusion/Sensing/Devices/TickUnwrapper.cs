namespace EdgeFusion.Sensing.Devices;

/// <summary>Extends a device's counter that wraps to 64 bits. Pure state; allocates nothing.</summary>
/// <param name="bits">Width of the counter, 8..32.</param>
internal sealed class TickUnwrapper(int bits)
{
    /// <summary>No value yet.</summary>
    public const long None = long.MinValue;

    private readonly uint _mask = bits == 32 ? uint.MaxValue : (1u << bits) - 1;

    /// <summary>The newest value; <see cref="None"/> before the first.</summary>
    public long Latest { get; private set; } = None;

    /// <summary>
    /// Takes a value. A small step forward continues (across the wrap too); a step of half the range or more is one
    /// backwards, and means that the counter began afresh.
    /// </summary>
    public long Unwrap(uint value, out bool restarted)
    {
        restarted = false;
        value &= _mask;
        if (Latest == None)
        {
            return Latest = value;
        }

        uint step = (value - (uint)Latest) & _mask;
        if (step > _mask / 2)
        {
            restarted = true;
            return Latest = value;
        }

        return Latest += step;
    }

    public void Reset() => Latest = None;
}
