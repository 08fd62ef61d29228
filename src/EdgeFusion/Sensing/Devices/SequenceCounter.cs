namespace EdgeFusion.Sensing.Devices;

/// <summary>
/// Loss accounting by a sequence number that wraps: delta 0 is a duplicate, below half the range contiguous or a gap,
/// else out of order. Two values in a row that rise again from low ones mean that the sender was restarted.
/// </summary>
/// <param name="bits">Width of the number, 8..32.</param>
internal sealed class SequenceCounter(int bits)
{
    private readonly uint _mask = bits == 32 ? uint.MaxValue : (1u << bits) - 1;
    private bool _started;
    private uint _latest;
    private bool _suspect;
    private uint _low;

    /// <summary>Steps of the sequence taken so far, losses included: a tick for the clock.</summary>
    public long Position { get; private set; }

    /// <summary>Judges a number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="lost">How many are missing before it.</param>
    /// <param name="restarted">Whether the sender counts afresh.</param>
    /// <returns>True for a new one; false for a duplicate or one that comes too late.</returns>
    public bool TryTake(uint number, out long lost, out bool restarted)
    {
        lost = 0;
        restarted = false;
        number &= _mask;
        if (!_started)
        {
            _started = true;
            _latest = number;
            Position = number;
            return true;
        }

        uint delta = (number - _latest) & _mask;
        if (delta == 0)
        {
            return false;
        }

        if (delta <= _mask / 2)
        {
            _suspect = false;
            lost = delta - 1;
            _latest = number;
            Position += delta;
            return true;
        }

        return TryRestart(number, out restarted);
    }

    public void Reset()
    {
        _started = false;
        _suspect = false;
    }

    private bool TryRestart(uint number, out bool restarted)
    {
        // One number backwards is a late datagram; the next one above it is a sender that began afresh.
        restarted = _suspect && ((number - _low) & _mask) is > 0 and < 16;
        _suspect = true;
        _low = number;
        if (restarted)
        {
            _suspect = false;
            _latest = number;
            Position = number;
        }

        return restarted;
    }
}
