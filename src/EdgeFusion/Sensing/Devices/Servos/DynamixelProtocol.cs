using System.Buffers.Binary;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>Dynamixel protocol 2.0, X series: current, velocity and position from register 126 on.</summary>
internal sealed class DynamixelProtocol(double amperePerUnit) : ServoProtocol
{
    public const byte Broadcast = 0xFE;
    public const byte Read = 0x02;
    public const byte SyncRead = 0x82;
    public const byte FastSyncRead = 0x8A;
    public const byte Status = 0x55;

    private const int HeaderBytes = 7;
    private const int InstructionAt = 7;
    private const int ErrorAt = 8;
    private const int DataAt = 9;
    private const int CrcBytes = 2;
    private const byte ErrorNumber = 0x7F;
    private const double StepsPerTurn = 4_096;
    private const double CentreStep = 2_048;
    private const double RpmPerUnit = 0.229;

    public static readonly FrameSpec Packet = new()
    {
        Header = [0xFF, 0xFF, 0xFD, 0x00],
        LengthOffset = 5,
        LengthSize = 2,
        LengthBeyond = HeaderBytes,
        MinLength = HeaderBytes + 3,

        // 32 servos in one fast answer: 8 + 32 x (2 + 10 + 2) bytes; a bulk read of another master may be longer.
        MaxLength = 1_024,
        Checksum = ChecksumKind.Crc16Dynamixel,
    };

    private readonly byte[] _plain = new byte[1_024];

    public override string Device => "a Dynamixel bus";

    public override FrameSpec Frame => Packet;

    public override int BlockAddress => 126;

    public override int BlockLength => 10;

    public override (string Prefix, string Unit) Effort => ("cur_", "A");

    public override int AnswerBytes(int servos) => servos * (DataAt + BlockLength + CrcBytes);

    public override byte[] CreateRequest(ReadOnlySpan<byte> ids, bool fast)
    {
        var packet = new byte[HeaderBytes + 1 + 4 + ids.Length + CrcBytes];
        Packet.Header.CopyTo(packet);
        packet[4] = Broadcast;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(5), (ushort)(packet.Length - HeaderBytes));
        packet[InstructionAt] = fast ? FastSyncRead : SyncRead;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(8), (ushort)BlockAddress);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(10), (ushort)BlockLength);
        ids.CopyTo(packet.AsSpan(12));
        Checksum.Seal(ChecksumKind.Crc16Dynamixel, packet);
        return packet;
    }

    public override void Take(ReadOnlySpan<byte> frame, ServoRead read, ServoRound round, bool listening)
    {
        if (frame[InstructionAt] != Status)
        {
            if (listening)
            {
                Follow(frame, read);
            }

            // Not listening: an adapter that hears itself, or another master.
            return;
        }

        if (!read.IsOpen || frame.Length < DataAt + CrcBytes)
        {
            return;
        }

        if (frame[4] == Broadcast)
        {
            TakeFast(frame, read, round, listening);
            return;
        }

        ReadOnlySpan<byte> data = Unstuff(frame[DataAt..^CrcBytes]);
        TakeOne(frame[4], frame[ErrorAt], data, read, round, listening);
    }

    public override uint Needed(bool velocity, bool effort) =>
        0b11_1100_0000 | (velocity ? 0b11_1100u : 0) | (effort ? 0b11u : 0);

    public override (double Position, double Velocity, double Effort) Decode(ReadOnlySpan<byte> block)
    {
        short current = BinaryPrimitives.ReadInt16LittleEndian(block);
        int velocity = BinaryPrimitives.ReadInt32LittleEndian(block[2..]);
        int position = BinaryPrimitives.ReadInt32LittleEndian(block[6..]);
        return (
            (position - CentreStep) * (2 * Math.PI / StepsPerTurn), velocity * (RpmPerUnit * Math.PI / 30),
            current * amperePerUnit);
    }

    /// <summary>Fast Sync Read: one packet, per servo error, id, data, CRC; the last CRC covers all of it.</summary>
    private static void TakeFast(
        ReadOnlySpan<byte> frame, ServoRead read, ServoRound round, bool listening)
    {
        int each = 2 + read.Length + CrcBytes;
        ReadOnlySpan<byte> rest = frame[ErrorAt..];
        if (rest.Length % each != 0)
        {
            round.Refuse();
            return;
        }

        // The maker's own library trusts the order; we look at the id that stands in each part.
        for (; !rest.IsEmpty; rest = rest[each..])
        {
            TakeOne(rest[1], rest[0], rest.Slice(2, read.Length), read, round, listening);
        }
    }

    private static void TakeOne(
        byte id, byte error, ReadOnlySpan<byte> data, ServoRead read, ServoRound round, bool listening)
    {
        // Bit 7 only says that the servo has an alert; its values are good.
        if (!read.Expects(id) || data.Length != read.Length || (error & ErrorNumber) != 0)
        {
            round.Refuse();
            return;
        }

        round.Put(id, read.Address, data, listening);
    }

    private static void Follow(ReadOnlySpan<byte> frame, ServoRead read)
    {
        ReadOnlySpan<byte> parameters = frame[(InstructionAt + 1)..^CrcBytes];
        byte instruction = frame[InstructionAt];
        if (instruction == Read && parameters.Length == 4)
        {
            read.Begin(Word(parameters), Word(parameters[2..]), frame.Slice(4, 1));
        }
        else if (instruction is SyncRead or FastSyncRead && parameters.Length > 4)
        {
            read.Begin(Word(parameters), Word(parameters[2..]), parameters[4..]);
        }
        else
        {
            read.End();
        }
    }

    private static int Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>Takes out the FD that the sender puts behind each FF FF FD within a packet.</summary>
    private ReadOnlySpan<byte> Unstuff(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFD, 0xFD]) < 0)
        {
            return body;
        }

        int count = 0;
        for (int i = 0; i < body.Length; i++)
        {
            _plain[count++] = body[i];
            if (i >= 2 && i + 1 < body.Length && body[i] == 0xFD && body[i - 1] == 0xFF && body[i - 2] == 0xFF
                && body[i + 1] == 0xFD)
            {
                i++;
            }
        }

        return _plain.AsSpan(0, count);
    }
}
