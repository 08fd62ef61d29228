using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace EdgeFusion.Sensing.Devices.Robots;

/// <summary>The packets of RTDE, the data interface of Universal Robots' controllers, as far as reading needs them.
/// </summary>
/// <remarks>
/// Read-only by construction: there is no packet here that sets up or sends inputs, so none can be emitted. Pure.
/// </remarks>
internal static class RtdePackets
{
    public const int HeaderBytes = 3;
    public const byte ProtocolVersion = (byte)'V';
    public const byte ControllerVersion = (byte)'v';
    public const byte Text = (byte)'M';
    public const byte Data = (byte)'U';
    public const byte SetUpOutputs = (byte)'O';
    public const byte Start = (byte)'S';

    /// <summary>The controller refuses longer lists of names.</summary>
    public const int MostNameBytes = 2_048;

    public static byte[] RequestVersion2() => [0, 5, ProtocolVersion, 0, 2];

    public static byte[] RequestControllerVersion() => [0, HeaderBytes, ControllerVersion];

    public static byte[] RequestStart() => [0, HeaderBytes, Start];

    public static byte[] RequestOutputs(double frequencyHz, IReadOnlyList<string> names)
    {
        byte[] list = Encoding.ASCII.GetBytes(string.Join(',', names));
        if (list.Length > MostNameBytes)
        {
            throw new ConfigurationException(
                $"the RTDE output names take {list.Length} bytes; the controller takes {MostNameBytes}");
        }

        var packet = new byte[HeaderBytes + sizeof(double) + list.Length];
        BinaryPrimitives.WriteUInt16BigEndian(packet, (ushort)packet.Length);
        packet[2] = SetUpOutputs;
        BinaryPrimitives.WriteDoubleBigEndian(packet.AsSpan(HeaderBytes), frequencyHz);
        list.CopyTo(packet, HeaderBytes + sizeof(double));
        return packet;
    }

    /// <summary>Bytes of a type's value; 0 where the type is unknown (NOT_FOUND, IN_USE).</summary>
    public static int SizeOf(string type) => type switch
    {
        "BOOL" or "UINT8" => 1,
        "UINT32" or "INT32" => 4,
        "UINT64" or "DOUBLE" => 8,
        "VECTOR3D" or "VECTOR6INT32" or "VECTOR6UINT32" => 24,
        "VECTOR6D" => 48,
        _ => 0,
    };
}
