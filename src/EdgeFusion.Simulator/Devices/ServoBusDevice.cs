using System.Buffers.Binary;
using EdgeFusion.Sensing.Channels;
using EdgeFusion.Sensing.Framing;
using EdgeFusion.Time;

namespace EdgeFusion.Simulator.Devices;

/// <summary>A bus of servos that answers reads, and notes any instruction that is none.</summary>
public sealed class ServoBusDevice : IDeviceSimulation
{
    private const double StepsPerTurn = 4_096;
    private readonly IByteChannel _channel;
    private readonly PipelineClock _clock;
    private readonly bool _dynamixel;
    private readonly byte[] _ids;
    private readonly FrameScanner _scanner;
    private readonly byte[] _reply = new byte[1_024];
    private readonly SortedSet<byte> _seen = [];

    /// <summary>Creates a bus.</summary>
    /// <param name="channel">Its end of the line.</param>
    /// <param name="clock">Time.</param>
    /// <param name="dynamixel">Dynamixel 2.0, else Feetech STS.</param>
    /// <param name="ids">The servos.</param>
    public ServoBusDevice(IByteChannel channel, PipelineClock clock, bool dynamixel, byte[] ids)
    {
        _channel = channel;
        _clock = clock;
        _dynamixel = dynamixel;
        _ids = ids;
        FrameSpec spec = dynamixel
            ? new FrameSpec
            {
                Header = [0xFF, 0xFF, 0xFD, 0x00],
                LengthOffset = 5,
                LengthSize = 2,
                LengthBeyond = 7,
                MinLength = 10,
                MaxLength = 256,
                Checksum = ChecksumKind.Crc16Dynamixel,
            }
            : new FrameSpec
            {
                Header = [0xFF, 0xFF],
                LengthOffset = 3,
                LengthSize = 1,
                LengthBeyond = 4,
                MinLength = 6,
                MaxLength = 259,
                Checksum = ChecksumKind.InvertedSum8,
                ChecksumStart = 2,
            };
        _scanner = new FrameScanner(spec, new FrameCounters());
    }

    /// <summary>Instructions seen so far.</summary>
    public byte[] Instructions
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>Every so many answers one is damaged; 0 = none.</summary>
    public int DamageEvery { get; set; }

    /// <summary>Whether the adapter hears what is sent through it.</summary>
    public bool Echo { get; init; }

    private long _answers;

    /// <inheritdoc/>
    public void Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            int count = _channel.Read(_scanner.Free(), TimeSpan.FromMilliseconds(5));
            _scanner.Advance(count);
            while (_scanner.TryRead(out ReadOnlySpan<byte> packet))
            {
                Answer(packet);
            }
        }
    }

    private void Answer(ReadOnlySpan<byte> packet)
    {
        byte instruction = packet[_dynamixel ? 7 : 4];
        lock (_seen)
        {
            _seen.Add(instruction);
        }

        if (Echo)
        {
            _channel.Write(packet);
        }

        ReadOnlySpan<byte> parameters = _dynamixel ? packet[8..^2] : packet[5..^1];
        double seconds = _clock.Now.Nanoseconds % 1_000_000_000_000 * 1e-9;
        switch (instruction)
        {
            case 0x82 when _dynamixel:
                SendEach(parameters[4..], seconds);
                break;
            case 0x8A when _dynamixel:
                SendFast(parameters[4..], seconds);
                break;
            case 0x82:
                SendEach(parameters[2..], seconds);
                break;
            default:
                break;
        }
    }

    private void SendEach(ReadOnlySpan<byte> ids, double seconds)
    {
        foreach (byte id in ids)
        {
            int joint = Array.IndexOf(_ids, id);
            if (joint >= 0)
            {
                Send(_dynamixel ? DynamixelStatus(id, joint, seconds) : FeetechStatus(id, joint, seconds));
            }
        }
    }

    private int DynamixelStatus(byte id, int joint, double seconds)
    {
        Span<byte> reply = _reply;
        ReadOnlySpan<byte> head = [0xFF, 0xFF, 0xFD, 0x00, id, 14, 0, 0x55, 0];
        head.CopyTo(reply);
        WriteDynamixel(reply[9..], joint, seconds);
        Checksum.Seal(ChecksumKind.Crc16Dynamixel, reply[..21]);
        return 21;
    }

    private int FeetechStatus(byte id, int joint, double seconds)
    {
        Span<byte> reply = _reply;
        ReadOnlySpan<byte> head = [0xFF, 0xFF, id, 10, 0];
        head.CopyTo(reply);
        int position = (int)Math.Round((DeviceSignal.Position(joint, seconds) / (2 * Math.PI) * StepsPerTurn) + 2_048);
        int speed = (int)Math.Round(DeviceSignal.Velocity(joint, seconds) / (2 * Math.PI) * StepsPerTurn);
        BinaryPrimitives.WriteUInt16LittleEndian(reply[5..], (ushort)position);
        BinaryPrimitives.WriteUInt16LittleEndian(reply[7..], (ushort)(speed < 0 ? 0x8000 | -speed : speed));
        BinaryPrimitives.WriteUInt16LittleEndian(reply[9..], 50);
        reply[11] = 120;
        reply[12] = 35;
        Checksum.Seal(ChecksumKind.InvertedSum8, reply[..14], 2);
        return 14;
    }

    private void SendFast(ReadOnlySpan<byte> ids, double seconds)
    {
        Span<byte> reply = _reply;
        ReadOnlySpan<byte> head = [0xFF, 0xFF, 0xFD, 0x00, 0xFE, 0, 0, 0x55];
        head.CopyTo(reply);
        int at = 8;
        foreach (byte id in ids)
        {
            int joint = Array.IndexOf(_ids, id);
            if (joint < 0)
            {
                return;
            }

            reply[at] = 0;
            reply[at + 1] = id;
            WriteDynamixel(reply[(at + 2)..], joint, seconds);
            at += 14;
            BinaryPrimitives.WriteUInt16LittleEndian(
                reply[(at - 2)..], Checksum.Compute(ChecksumKind.Crc16Dynamixel, reply[..(at - 2)]));
        }

        BinaryPrimitives.WriteUInt16LittleEndian(reply[5..], (ushort)(at - 7));
        Checksum.Seal(ChecksumKind.Crc16Dynamixel, reply[..at]);
        Send(at);
    }

    private static void WriteDynamixel(Span<byte> data, int joint, double seconds)
    {
        double velocity = DeviceSignal.Velocity(joint, seconds) * 30 / Math.PI / 0.229;
        double position = (DeviceSignal.Position(joint, seconds) / (2 * Math.PI) * StepsPerTurn) + 2_048;
        BinaryPrimitives.WriteInt16LittleEndian(data, 7);
        BinaryPrimitives.WriteInt32LittleEndian(data[2..], (int)Math.Round(velocity));
        BinaryPrimitives.WriteInt32LittleEndian(data[6..], (int)Math.Round(position));
    }

    private void Send(int count)
    {
        _answers++;
        if (DamageEvery > 0 && _answers % DamageEvery == 0)
        {
            _reply[count / 2] ^= 0x10;
        }

        _channel.Write(_reply.AsSpan(0, count));
    }
}
