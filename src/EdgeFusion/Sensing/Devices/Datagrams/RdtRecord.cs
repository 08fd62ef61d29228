using System.Buffers.Binary;

namespace EdgeFusion.Sensing.Devices.Datagrams;

/// <summary>The datagrams of RDT (ATI Net F/T, OnRobot and OptoForce Ethernet). Pure; big-endian throughout.</summary>
internal readonly ref struct RdtRecord
{
    public const int Length = 36;
    public const int RequestLength = 8;
    public const ushort Stop = 0;
    public const ushort StartRealTime = 2;
    public const ushort Bias = 0x42;
    public const ushort SetFilter = 0x81;
    public const ushort SetPeriod = 0x82;

    private const ushort Magic = 0x1234;

    /// <summary>Summary bit and the latch of a monitor condition: a threshold of the user's, not a fault.</summary>
    private const uint Harmless = 0x8001_0000;
    private const uint Saturated = 0x0002_0000;

    private readonly ReadOnlySpan<byte> _bytes;

    public RdtRecord(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Number of the datagram.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(_bytes);

    /// <summary>Number of the sensor's own measurement.</summary>
    public uint MeasurementSequence => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]);

    public uint Status => BinaryPrimitives.ReadUInt32BigEndian(_bytes[8..]);

    /// <summary>Whether a gauge was at its limit.</summary>
    public bool IsSaturated => (Status & Saturated) != 0;

    /// <summary>Whether the values may be used.</summary>
    public bool IsUsable => (Status & ~(Harmless | Saturated)) == 0;

    public int Count(int axis) => BinaryPrimitives.ReadInt32BigEndian(_bytes[(12 + (4 * axis))..]);

    /// <summary>Writes a request.</summary>
    public static void WriteRequest(Span<byte> request, ushort command, uint count)
    {
        BinaryPrimitives.WriteUInt16BigEndian(request, Magic);
        BinaryPrimitives.WriteUInt16BigEndian(request[2..], command);
        BinaryPrimitives.WriteUInt32BigEndian(request[4..], count);
    }
}
