using System.Buffers.Binary;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>Bota SensONE: streams from power-on, with its own microseconds.</summary>
public sealed class BotaDevice : StreamingDevice
{
    private const int Length = 37;

    /// <summary>Creates a sensor that streams.</summary>
    public BotaDevice(IByteChannel channel, PipelineClock clock, double rateHz)
        : base(channel, clock, rateHz) => Streaming = true;

    /// <summary>How fast its clock runs against the timeline, in ppm.</summary>
    public double DriftPpm { get; init; }

    /// <inheritdoc/>
    protected override int Write(Span<byte> frame, long index, long nanoseconds)
    {
        double seconds = nanoseconds * 1e-9;
        frame[0] = 0xAA;
        BinaryPrimitives.WriteUInt16LittleEndian(frame[1..], 0);
        for (int i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(frame[(3 + (4 * i))..], (float)DeviceSignal.Wrench(i, seconds));
        }

        double microseconds = nanoseconds / 1e3 * (1 + (DriftPpm * 1e-6));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[27..], (uint)(long)microseconds);
        BinaryPrimitives.WriteSingleLittleEndian(frame[31..], 31.5f);
        Checksum.Seal(ChecksumKind.Crc16X25, frame[..Length], 1);
        return Length;
    }
}
