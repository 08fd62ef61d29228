using EdgeFusion.Linux.Serial;
using EdgeFusion.Sensing.Channels;

namespace EdgeFusion.Worker.Composition;

/// <summary>The line to a device that speaks bytes: a serial one (Device), or TCP (Host and Port).</summary>
internal static class DeviceLines
{
    private const int LargestBaud = 12_000_000;

    /// <summary>A serial line, or a serial server in the network.</summary>
    public static IByteEndpoint Serial(AdapterSettings settings, int usualBaud)
    {
        string host = settings.Text("Host");
        int port = settings.Integer("Port", 0, 1, 65_535);
        string device = settings.Text("Device");
        var options = new SerialOptions
        {
            Device = device,
            BaudRate = settings.Integer("BaudRate", usualBaud, 50, LargestBaud),
            Parity = (SerialParity)settings.Choice("Parity", "none", "even", "odd"),
            StopBits = settings.Integer("StopBits", 1, 1, 2),
        };
        if (host.Length > 0)
        {
            if (port == 0 || device.Length > 0)
            {
                settings.Fault("Settings:Host needs Settings:Port and goes without Settings:Device");
            }

            return new TcpEndpoint(host, port);
        }

        if (!Path.IsPathRooted(device))
        {
            settings.Fault(device.Length == 0
                ? "Settings:Device is missing: the serial line, best by a name that stays (/dev/serial/by-id/...), or "
                    + "Settings:Host and Port of a serial server"
                : $"Settings:Device '{device}' is no full path such as /dev/serial/by-id/...");
        }

        return settings.Choice("Driver", "termios", "system-io-ports") == 0
            ? new SerialEndpoint(options)
            : SystemPort(settings, options);
    }

    private static IByteEndpoint SystemPort(AdapterSettings settings, SerialOptions options)
    {
        IByteEndpoint? endpoint = Adapters.SystemPort(
            options.Device, options.BaudRate, (int)options.Parity, options.StopBits);
        if (endpoint is null)
        {
            settings.Fault(
                "Settings:Driver 'system-io-ports' is not in this build (rebuild with -p:WithPackages=true)");
        }

        return endpoint ?? new SerialEndpoint(options);
    }

    /// <summary>A device in the network.</summary>
    public static TcpEndpoint Network(AdapterSettings settings, int usualPort)
    {
        string host = settings.Required("Host", "name or address of the device");
        return new TcpEndpoint(host, settings.Integer("Port", usualPort, 1, 65_535));
    }
}
