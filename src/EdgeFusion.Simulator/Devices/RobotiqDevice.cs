using System.Buffers.Binary;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>Robotiq FT 300: answers the Modbus write that starts its stream; a jam of 0xFF stops it.</summary>
/// <param name="channel">Its end of the line.</param>
/// <param name="clock">Time.</param>
public sealed class RobotiqDevice(IByteChannel channel, PipelineClock clock) : StreamingDevice(channel, clock, 100)
{
    private const int StopAfter = 20;

    private static readonly byte[] Start =
        [0x09, 0x10, 0x01, 0x9A, 0x00, 0x01, 0x02, 0x02, 0x00, 0xCD, 0xCA];

    private static readonly byte[] Echo = [0x09, 0x10, 0x01, 0x9A, 0x00, 0x01, 0x21, 0x52];

    private readonly List<byte> _command = [];
    private int _jam;

    /// <summary>How many start commands are not heard: a fault.</summary>
    public int DeafTo { get; set; }

    /// <inheritdoc/>
    protected override int Write(Span<byte> frame, long index, long nanoseconds)
    {
        double seconds = nanoseconds * 1e-9;
        frame[0] = 0x20;
        frame[1] = 0x4E;
        for (int i = 0; i < 6; i++)
        {
            double count = DeviceSignal.Wrench(i, seconds) * (i < 3 ? 100 : 1_000);
            BinaryPrimitives.WriteInt16LittleEndian(frame[(2 + (2 * i))..], (short)Math.Round(count));
        }

        Checksum.Seal(ChecksumKind.Crc16Modbus, frame[..16]);
        return 16;
    }

    /// <inheritdoc/>
    protected override void OnReceived(ReadOnlySpan<byte> bytes, IByteChannel line)
    {
        foreach (byte b in bytes)
        {
            _jam = b == 0xFF ? _jam + 1 : 0;
            if (_jam >= StopAfter)
            {
                Streaming = false;
            }

            _command.Add(b);
            if (_command.Count > Start.Length)
            {
                _command.RemoveAt(0);
            }

            if (_command.SequenceEqual(Start) && !IsDeaf())
            {
                line.Write(Echo);
                Streaming = true;
            }
        }
    }

    private bool IsDeaf() => Muted || (DeafTo > 0 && DeafTo-- > 0);
}
