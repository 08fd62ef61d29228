namespace EdgeFusion.Sensing.Framing;

/// <summary>Checksums of device frames. Pure; allocates nothing.</summary>
public static class Checksum
{
    private const ushort ModbusReflected = 0xA001;
    private const ushort X25Reflected = 0x8408;
    private const ushort DynamixelPolynomial = 0x8005;

    private static readonly ushort[] ModbusTable = Reflected(ModbusReflected);
    private static readonly ushort[] X25Table = Reflected(X25Reflected);
    private static readonly ushort[] DynamixelTable = Straight(DynamixelPolynomial);

    /// <summary>Bytes that a checksum takes in a frame: 0, 1 or 2.</summary>
    public static int Size(ChecksumKind kind) => kind switch
    {
        ChecksumKind.None => 0,
        ChecksumKind.Sum8 or ChecksumKind.InvertedSum8 => 1,
        _ => 2,
    };

    /// <summary>The checksum of some bytes.</summary>
    public static ushort Compute(ChecksumKind kind, ReadOnlySpan<byte> bytes) => kind switch
    {
        ChecksumKind.Sum8 => (byte)Sum(bytes),
        ChecksumKind.InvertedSum8 => (byte)~Sum(bytes),
        ChecksumKind.Sum16BigEndian => (ushort)Sum(bytes),
        ChecksumKind.Crc16Modbus => FromRight(ModbusTable, 0xFFFF, bytes),
        ChecksumKind.Crc16X25 => (ushort)~FromRight(X25Table, 0xFFFF, bytes),
        ChecksumKind.Crc16Dynamixel => FromLeft(DynamixelTable, bytes),
        _ => 0,
    };

    /// <summary>Reads a checksum as it stands in a frame.</summary>
    public static ushort Read(ChecksumKind kind, ReadOnlySpan<byte> stored) => kind switch
    {
        ChecksumKind.None => 0,
        ChecksumKind.Sum8 or ChecksumKind.InvertedSum8 => stored[0],
        ChecksumKind.Sum16BigEndian => (ushort)((stored[0] << 8) | stored[1]),
        _ => (ushort)(stored[0] | (stored[1] << 8)),
    };

    /// <summary>Writes the checksum of all bytes before it into the end of a frame.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="frame">The whole frame; its last bytes are overwritten.</param>
    /// <param name="start">First byte covered.</param>
    public static void Seal(ChecksumKind kind, Span<byte> frame, int start = 0)
    {
        int at = frame.Length - Size(kind);
        ushort value = Compute(kind, frame[start..at]);
        switch (Size(kind))
        {
            case 1:
                frame[at] = (byte)value;
                break;
            case 2 when kind == ChecksumKind.Sum16BigEndian:
                frame[at] = (byte)(value >> 8);
                frame[at + 1] = (byte)value;
                break;
            case 2:
                frame[at] = (byte)value;
                frame[at + 1] = (byte)(value >> 8);
                break;
            default:
                break;
        }
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        foreach (byte b in bytes)
        {
            sum += b;
        }

        return sum;
    }

    private static ushort FromRight(ushort[] table, ushort crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            crc = (ushort)((crc >> 8) ^ table[(byte)(crc ^ b)]);
        }

        return crc;
    }

    private static ushort FromLeft(ushort[] table, ReadOnlySpan<byte> bytes)
    {
        ushort crc = 0;
        foreach (byte b in bytes)
        {
            crc = (ushort)((crc << 8) ^ table[(byte)((crc >> 8) ^ b)]);
        }

        return crc;
    }

    private static ushort[] Reflected(ushort polynomial)
    {
        var table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }

    private static ushort[] Straight(ushort polynomial)
    {
        var table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ polynomial : crc << 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }
}
