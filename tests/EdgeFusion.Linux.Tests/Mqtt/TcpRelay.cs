using System.Net;
using System.Net.Sockets;

namespace EdgeFusion.Linux.Tests.Mqtt;

/// <summary>
/// A cable between a client and a server on the loopback: bytes pass until it is cut (both ends are reset), unplugged
/// (nobody answers at its port any more) or frozen (all connections stay open and nothing moves).
/// </summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly int _to;
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private TaskCompletionSource? _frozen;

    public TcpRelay(int to)
    {
        _to = to;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    public int Port { get; }

    public void Cut()
    {
        lock (_gate)
        {
            foreach (Socket socket in _sockets)
            {
                // A linger of zero sends a reset, as a crashed machine's kernel would.
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
            }

            _sockets.Clear();
        }
    }

    /// <summary>Cuts, and refuses what comes.</summary>
    public void Unplug()
    {
        _listener.Stop();
        Cut();
    }

    /// <summary>Is there again, at the same port.</summary>
    public void Plug()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    /// <summary>Stops in its tracks: connections are still accepted, by the kernel, and nothing is answered.</summary>
    public void Freeze()
    {
        lock (_gate)
        {
            _frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Goes on with all that has come meanwhile.</summary>
    public void Thaw()
    {
        lock (_gate)
        {
            _frozen?.SetResult();
            _frozen = null;
        }
    }

    public void Dispose()
    {
        Thaw();
        Unplug();
    }

    private async Task PassAsync(Socket near, Socket far)
    {
        lock (_gate)
        {
            _sockets.Add(near);
            _sockets.Add(far);
        }

        await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
        lock (_gate)
        {
            _sockets.Remove(near);
            _sockets.Remove(far);
        }

        near.Dispose();
        far.Dispose();
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                await MovingAsync();
                await to.SendAsync(buffer.AsMemory(0, count));
            }

            await MovingAsync();
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Cut: that is what the relay is for.
        }
    }

    private Task MovingAsync()
    {
        lock (_gate)
        {
            return _frozen?.Task ?? Task.CompletedTask;
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                Socket near = await listener.AcceptSocketAsync();
                var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                near.NoDelay = far.NoDelay = true;
                await far.ConnectAsync(IPAddress.Loopback, _to);
                _ = PassAsync(near, far);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The relay has ended.
        }
    }
}
