using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Servos;

/// <summary>
/// Feetech STS/SMS and SCS: position, speed and load from register 56 on; signs are a bit of their own.
/// </summary>
/// <param name="scs">SCS: high byte first and 1024 steps per turn.</param>
internal sealed class FeetechProtocol(bool scs) : ServoProtocol
{
    public const byte Broadcast = 0xFE;
    public const byte Read = 0x02;
    public const byte SyncRead = 0x82;

    private const int IdAt = 2;
    private const int InstructionAt = 4;
    private const int DataAt = 5;
    private const int ChecksumBytes = 1;
    private const int SignBit = 15;
    private const int LoadSignBit = 10;
    private const double LoadPerUnit = 0.001;

    public static readonly FrameSpec Packet = new()
    {
        Header = [0xFF, 0xFF],
        LengthOffset = 3,
        LengthSize = 1,
        LengthBeyond = 4,
        MinLength = 6,
        MaxLength = 259,
        Checksum = ChecksumKind.InvertedSum8,
        ChecksumStart = IdAt,
    };

    public override string Device => "a Feetech bus";

    public override FrameSpec Frame => Packet;

    public override int BlockAddress => 56;

    public override int BlockLength => 8;

    public override (string Prefix, string Unit) Effort => ("load_", "1");

    public override int AnswerBytes(int servos) => servos * (DataAt + BlockLength + ChecksumBytes);

    public override byte[] CreateRequest(ReadOnlySpan<byte> ids, bool fast)
    {
        // There is no fast form; the plain one asks for the same.
        var packet = new byte[DataAt + 2 + ids.Length + ChecksumBytes];
        packet[0] = 0xFF;
        packet[1] = 0xFF;
        packet[IdAt] = Broadcast;
        packet[3] = (byte)(ids.Length + 4);
        packet[InstructionAt] = SyncRead;
        packet[DataAt] = (byte)BlockAddress;
        packet[DataAt + 1] = (byte)BlockLength;
        ids.CopyTo(packet.AsSpan(DataAt + 2));
        Checksum.Seal(ChecksumKind.InvertedSum8, packet, IdAt);
        return packet;
    }

    public override void Take(ReadOnlySpan<byte> frame, ServoRead read, ServoRound round, bool listening)
    {
        byte id = frame[IdAt];
        ReadOnlySpan<byte> data = frame[DataAt..^ChecksumBytes];

        // Answers and requests look alike; whose turn it is and the length tell them apart.
        if (read.Expects(id) && data.Length == read.Length)
        {
            // Flags of voltage, heat, load in the error byte: the values are good all the same.
            round.Put(id, read.Address, data, listening);
            return;
        }

        if (listening)
        {
            Follow(frame, data, read);
        }
        else if (read.Expects(id))
        {
            round.Refuse();
        }
    }

    public override uint Needed(bool velocity, bool effort) =>
        0b11u | (velocity ? 0b1100u : 0) | (effort ? 0b11_0000u : 0);

    public override (double Position, double Velocity, double Effort) Decode(ReadOnlySpan<byte> block)
    {
        double turn = scs ? 1_024 : 4_096;
        double radPerStep = 2 * Math.PI / turn;
        return (
            (Signed(Word(block), SignBit) - (turn / 2)) * radPerStep, Signed(Word(block[2..]), SignBit) * radPerStep,
            Signed(Word(block[4..]), LoadSignBit) * LoadPerUnit);
    }

    private static void Follow(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> parameters, ServoRead read)
    {
        byte instruction = frame[InstructionAt];
        if (instruction == Read && parameters.Length == 2)
        {
            read.Begin(parameters[0], parameters[1], frame.Slice(IdAt, 1));
        }
        else if (instruction == SyncRead && parameters.Length > 2)
        {
            read.Begin(parameters[0], parameters[1], parameters[2..]);
        }
        else
        {
            read.End();
        }
    }

    private int Word(ReadOnlySpan<byte> bytes) =>
        scs ? (bytes[0] << 8) | bytes[1] : bytes[0] | (bytes[1] << 8);

    private static int Signed(int word, int signBit)
    {
        int magnitude = word & ((1 << signBit) - 1);
        return (word & (1 << signBit)) != 0 ? -magnitude : magnitude;
    }
}
