using System.Buffers.Binary;
using EdgeFusion.Sensing.Framing;

namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>Schunk FTN: control over TCP, measurements over UDP; little-endian. Pure.</summary>
internal static class SchunkPackets
{
    public const int DataLength = 35;
    public const int HeaderLength = 6;
    public const byte StreamOn = 0x40;
    public const byte StreamOff = 0x41;
    public const byte Tare = 0x12;

    private const int StatusAt = 7;
    private const int ValuesAt = 11;
    private const int PayloadLength = DataLength - HeaderLength;

    // Bit 1 data invalid, bit 3 hardware error; 2 temperature is a warning, 4 and 5 are ranges exceeded.
    private const uint Unusable = 0b1010;
    private const uint OutOfRange = 0b11_0000;

    /// <summary>Answers on the control connection.</summary>
    public static readonly FrameSpec Answer = new()
    {
        Header = [0xFF, 0xFF],
        LengthOffset = 4,
        LengthSize = 2,
        LengthBeyond = HeaderLength,
        MinLength = HeaderLength + 1,
        MaxLength = 512,
    };

    public static void WriteCommand(Span<byte> packet, ushort counter, byte command)
    {
        packet[0] = 0xFF;
        packet[1] = 0xFF;
        BinaryPrimitives.WriteUInt16LittleEndian(packet[2..], counter);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[4..], 1);
        packet[HeaderLength] = command;
    }

    public static bool IsData(ReadOnlySpan<byte> packet) => packet.Length == DataLength && packet[0] == 0xFF
        && packet[1] == 0xFF && BinaryPrimitives.ReadUInt16LittleEndian(packet[4..]) == PayloadLength;

    public static ushort Counter(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]);

    public static bool IsUsable(ReadOnlySpan<byte> packet) => (Status(packet) & Unusable) == 0;

    public static bool IsOutOfRange(ReadOnlySpan<byte> packet) => (Status(packet) & OutOfRange) != 0;

    public static void Read(ReadOnlySpan<byte> packet, Span<float> wrench)
    {
        for (int i = 0; i < wrench.Length; i++)
        {
            wrench[i] = BinaryPrimitives.ReadSingleLittleEndian(packet[(ValuesAt + (4 * i))..]);
        }
    }

    private static uint Status(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32LittleEndian(packet[StatusAt..]);
}
