using System.Net;
using System.Net.Sockets;
using EdgeFusion.Publishing;
using MQTTnet.Server;

namespace EdgeFusion.MqttNet;

/// <summary>A broker inside this process, on a free port of the loopback interface: for demonstrations on machines
/// without one. It keeps nothing on disk and ends with this object.</summary>
/// <remarks><b>Threading.</b> It works on the thread pool; <see cref="Dispose"/> once.</remarks>
public sealed class MqttNetBroker : IDisposable
{
    private const int StartAttempts = 3;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly MqttServer _server;

    private MqttNetBroker(MqttServer server, int port)
    {
        _server = server;
        Port = port;
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts one; nobody else on the network reaches it.</summary>
    /// <exception cref="TransportException">No port could be had.</exception>
    public static MqttNetBroker Start()
    {
        for (int attempt = 1; ; attempt++)
        {
            // Another program may take the port between our look and the broker's; then another one is tried.
            int port = FreePort();
            MqttServer server = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder()
                .WithDefaultEndpoint()
                .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
                .WithDefaultEndpointBoundIPV6Address(IPAddress.None)
                .WithDefaultEndpointPort(port)
                .Build());
            try
            {
                server.StartAsync().GetAwaiter().GetResult();
                return new MqttNetBroker(server, port);
            }
            catch (SocketException fault)
            {
                server.Dispose();
                if (attempt == StartAttempts)
                {
                    throw new TransportException(
                        $"Could not start a broker on 127.0.0.1:{port}: {fault.Message}. Start one by hand "
                        + "(mosquitto -p 1883) and try again.",
                        fault);
                }
            }
        }
    }

    /// <summary>Ends it; clients are disconnected.</summary>
    public void Dispose()
    {
        _server.StopAsync().Wait(StopPatience);
        _server.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
