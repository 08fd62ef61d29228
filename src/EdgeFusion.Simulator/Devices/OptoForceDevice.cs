using System.Buffers.Binary;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>OptoForce 6-axis behind its DAQ: streams after a configuration packet.</summary>
public sealed class OptoForceDevice(IByteChannel channel, PipelineClock clock, double rateHz)
    : StreamingDevice(channel, clock, rateHz)
{
    /// <summary>Counts per newton of the simulated sensor.</summary>
    public const double CountsPerNewton = 100;

    /// <summary>Counts per newton metre.</summary>
    public const double CountsPerNewtonMetre = 2_000;

    private const int Length = 22;

    /// <inheritdoc/>
    protected override int Write(Span<byte> frame, long index, long nanoseconds)
    {
        ReadOnlySpan<byte> header = [0xAA, 0x07, 0x08, 0x10];
        header.CopyTo(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame[4..], (ushort)index);
        BinaryPrimitives.WriteUInt16BigEndian(frame[6..], 0);
        for (int i = 0; i < 6; i++)
        {
            double scale = i < 3 ? CountsPerNewton : CountsPerNewtonMetre;
            BinaryPrimitives.WriteInt16BigEndian(
                frame[(8 + (2 * i))..], (short)Math.Round(DeviceSignal.Wrench(i, nanoseconds * 1e-9) * scale));
        }

        Checksum.Seal(ChecksumKind.Sum16BigEndian, frame[..Length]);
        return Length;
    }

    /// <inheritdoc/>
    protected override void OnReceived(ReadOnlySpan<byte> bytes, IByteChannel line) =>
        Streaming |= bytes is [0xAA, 0x00, 0x32, 0x03, ..];
}
