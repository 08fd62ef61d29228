using System.Buffers.Binary;
using System.Text;
using EdgeFusion.Sensing.Devices;
using EdgeFusion.Sensing.Devices.Force;
using EdgeFusion.Sensing.Devices.Imu;
using EdgeFusion.Sensing.Devices.Robots;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Tests.Devices;

/// <summary>A protocol with a maker of its frames: what the robustness tests run over.</summary>
internal sealed record ProtocolCase(string Name, Func<StreamProtocol> Create, Func<int, byte[]> Frame)
{
    /// <summary>Whether the stream is cut by lengths only: out of step it has to be opened again.</summary>
    public bool IsPrefixed { get; init; }

    /// <summary>Frames that make one sample.</summary>
    public int FramesPerSample { get; init; } = 1;

    public static IEnumerable<ProtocolCase> All =>
    [
        new("robotiq", () => new RobotiqProtocol(), Robotiq),
        new("bota", () => new BotaProtocol(1_000), Bota),
        new("kunwei", () => new KunweiProtocol(1_000, 2_000), Kunwei),
        new("optoforce", () => new OptoForceProtocol(OptoForce), OptoForceFrame),
        new("witmotion", () => new WitMotionProtocol(100, 16, 2_000), WitMotion) { FramesPerSample = 2 },
        new("csv", () => new TextProtocol(Csv), index => Line($"{index},1.5,-2,3\r\n")),
        new("nmea", () => new TextProtocol(Csv with { Format = TextFormat.Nmea }), Nmea),
        new("json", () => new TextProtocol(Json), index => Line($"{{\"t\":{index},\"f\":[1.5,-2,3]}}\n")),
        new("xarm", () => new XArmProtocol(true), XArm) { IsPrefixed = true },
    ];

    public static OptoForceOptions OptoForce { get; } = new() { CountsPerNewton = 100, CountsPerNewtonMetre = 2_000 };

    public static TextOptions Csv { get; } = new()
    {
        Fields = [new("fx", "1", "N"), new("fy", "2", "N"), new("fz", "3", "N", -1)],
        TimeKey = "0",
        TimeUnitsPerSecond = 1_000,
    };

    public static TextOptions Json { get; } = new()
    {
        Format = TextFormat.Json,
        Fields = [new("fx", "f[0]", "N"), new("fy", "f[1]", "N"), new("fz", "f[2]", "N")],
        TimeKey = "t",
        TimeUnitsPerSecond = 1_000,
    };

    public static ProtocolCase Named(string name) => All.Single(c => c.Name == name);

    public override string ToString() => Name;

    private static byte[] Robotiq(int index)
    {
        byte[] frame = Golden.Bytes(Golden.Robotiq);

        // The header within the payload, now and then.
        BinaryPrimitives.WriteInt16LittleEndian(frame.AsSpan(4), (short)(index % 3 == 0 ? 0x4E20 : index));
        Checksum.Seal(ChecksumKind.Crc16Modbus, frame);
        return frame;
    }

    private static byte[] Bota(int index)
    {
        byte[] frame = Golden.Bytes(Golden.Bota);

        // A constant 0xAA at a fixed place is the trap that the maker documents.
        frame[20] = 0xAA;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(27), (uint)(index * 1_000));
        Checksum.Seal(ChecksumKind.Crc16X25, frame, 1);
        return frame;
    }

    private static byte[] Kunwei(int index)
    {
        byte[] frame = Golden.Bytes(Golden.Kunwei);
        BinaryPrimitives.WriteSingleLittleEndian(frame.AsSpan(2), index % 50);
        if (index % 4 == 0)
        {
            // A header within the payload: 48 AA as the low half of a float.
            frame[6] = 0x48;
            frame[7] = 0xAA;
        }

        return frame;
    }

    private static byte[] OptoForceFrame(int index)
    {
        byte[] frame = Golden.Bytes(Golden.OptoForce);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(4), (ushort)index);
        Checksum.Seal(ChecksumKind.Sum16BigEndian, frame);
        return frame;
    }

    private static byte[] WitMotion(int index)
    {
        byte[] frame = [0x55, (byte)(0x51 + (index % 2)), 1, 0, 0x55, 0x51, 0, 8, 0, 0, 0];
        Checksum.Seal(ChecksumKind.Sum8, frame);
        return frame;
    }

    private static byte[] Nmea(int index)
    {
        string body = FormattableString.Invariant($"FORCE,{index},1.5,-2,3");
        int sum = body.Aggregate(0, (x, c) => x ^ c);
        return Line(FormattableString.Invariant($"${body}*{sum:X2}\r\n"));
    }

    private static byte[] XArm(int index)
    {
        var frame = new byte[XArmProtocol.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, XArmProtocol.Length);
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(4), (ulong)(1_000_000 + (index * 5_000L)));
        for (int i = 0; i < 7; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(frame.AsSpan(116 + (4 * i)), 0.1f * (i + 1));
        }

        BinaryPrimitives.WriteSingleLittleEndian(frame.AsSpan(712), 12.5f);
        return frame;
    }

    private static byte[] Line(FormattableString text) => Line(FormattableString.Invariant(text));

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text);
}
