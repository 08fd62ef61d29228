using EdgeFusion.Sensing.Channels;
using EdgeFusion.SerialPorts;

namespace EdgeFusion.Worker.Composition;

/// <summary>Serial lines on System.IO.Ports; compiled where WithSerialPorts is true.</summary>
internal static partial class Adapters
{
    static partial void UseSystemPort(
        string device, int baudRate, int parity, int stopBits, ref IByteEndpoint? endpoint) =>
        endpoint = new SystemPortEndpoint(new SystemPortOptions
        {
            Device = device,
            BaudRate = baudRate,
            Parity = parity,
            StopBits = stopBits,
        });
}
