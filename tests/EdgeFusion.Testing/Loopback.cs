using System.Net;
using System.Net.Sockets;

namespace EdgeFusion.Testing;

/// <summary>Ports of the loopback interface for servers that tests start.</summary>
public static class Loopback
{
    /// <summary>A TCP port that nobody listens on now; another program may take it before it is used.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether a server accepts TCP connections on a port.</summary>
    public static bool Answers(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
