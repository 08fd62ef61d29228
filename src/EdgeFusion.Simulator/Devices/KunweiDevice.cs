using System.Buffers.Binary;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>Kunwei KWR75: started and stopped by four bytes.</summary>
public sealed class KunweiDevice(IByteChannel channel, PipelineClock clock, double rateHz)
    : StreamingDevice(channel, clock, rateHz)
{
    private const int Length = 28;
    private const double NewtonPerKilogramForce = 9.81;
    private readonly byte[] _tail = new byte[4];

    /// <inheritdoc/>
    protected override int Write(Span<byte> frame, long index, long nanoseconds)
    {
        frame[0] = 0x48;
        frame[1] = 0xAA;
        for (int i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(
                frame[(2 + (4 * i))..], (float)(DeviceSignal.Wrench(i, nanoseconds * 1e-9) / NewtonPerKilogramForce));
        }

        frame[26] = 0x0D;
        frame[27] = 0x0A;
        return Length;
    }

    /// <inheritdoc/>
    protected override void OnReceived(ReadOnlySpan<byte> bytes, IByteChannel line)
    {
        foreach (byte b in bytes)
        {
            _tail.AsSpan(1).CopyTo(_tail);
            _tail[3] = b;
            if (_tail is [_, 0xAA, 0x0D, 0x0A])
            {
                Streaming = _tail[0] == 0x48 || (_tail[0] != 0x43 && Streaming);
            }
        }
    }
}
