using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeFusion.Soak.Page;

/// <summary>Viewers that ask for the live stream and read nothing of it.</summary>
internal sealed class SlowViewers : IDisposable
{
    private const string Request = "GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private readonly List<Socket> _sockets = [];

    public SlowViewers(int count, int port)
    {
        for (int i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                ReceiveBufferSize = 4_096,
            };
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(Encoding.ASCII.GetBytes(Request));
            _sockets.Add(socket);
        }
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
}
