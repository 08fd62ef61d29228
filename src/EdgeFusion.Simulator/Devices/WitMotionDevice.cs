using System.Buffers.Binary;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>WitMotion inertial unit: acceleration, rate and angle packets in each round.</summary>
public sealed class WitMotionDevice : StreamingDevice
{
    private const int Length = 11;

    /// <summary>Creates a unit that streams.</summary>
    public WitMotionDevice(IByteChannel channel, PipelineClock clock, double rateHz)
        : base(channel, clock, rateHz) => Streaming = true;

    /// <inheritdoc/>
    protected override int Write(Span<byte> frame, long index, long nanoseconds)
    {
        double seconds = nanoseconds * 1e-9;
        for (int packet = 0; packet < 3; packet++)
        {
            Span<byte> part = frame.Slice(packet * Length, Length);
            part[0] = 0x55;
            part[1] = (byte)(0x51 + packet);
            for (int i = 0; i < 4; i++)
            {
                double share = i == 3 ? 0 : 0.3 * Math.Sin(seconds + packet + i);
                BinaryPrimitives.WriteInt16LittleEndian(part[(2 + (2 * i))..], (short)(share * 32_767));
            }

            Checksum.Seal(ChecksumKind.Sum8, part);
        }

        return 3 * Length;
    }
}
