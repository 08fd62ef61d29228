namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>The read that is under way on a bus: whose answers may come, and what they hold.</summary>
internal sealed class ServoRead
{
    private readonly bool[] _expected = new bool[256];

    public int Address { get; private set; }

    public int Length { get; private set; }

    public bool IsOpen { get; private set; }

    public void Begin(int address, int length, ReadOnlySpan<byte> ids)
    {
        Array.Clear(_expected);
        Address = address;
        Length = length;
        IsOpen = true;
        foreach (byte id in ids)
        {
            _expected[id] = true;
        }
    }

    /// <summary>Something else than a read was asked: answers that come now are not for us.</summary>
    public void End() => IsOpen = false;

    public bool Expects(byte id) => IsOpen && _expected[id];
}
