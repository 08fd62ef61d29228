using System.Net.Sockets;

namespace EdgeFusion.Sensing.Channels;

/// <summary>A TCP connection as a channel. Hot path: reading allocates nothing.</summary>
public sealed class TcpByteChannel : IByteChannel
{
    private const int WriteMilliseconds = 1_000;
    private readonly Socket _socket;

    /// <summary>Wraps a connected socket and owns it.</summary>
    public TcpByteChannel(Socket socket, string name)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        _socket.Blocking = false;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, TimeSpan timeout)
    {
        int count = _socket.Receive(buffer, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            if (timeout <= TimeSpan.Zero || !_socket.Poll(timeout, SelectMode.SelectRead))
            {
                return 0;
            }

            count = _socket.Receive(buffer, SocketFlags.None, out error);
        }

        return error switch
        {
            SocketError.Success when count > 0 => count,
            SocketError.Success => throw new SensorException($"{Name} has closed the connection."),
            SocketError.WouldBlock => 0,
            _ => throw new SensorException($"The connection to {Name} broke: {error}."),
        };
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = _socket.Send(bytes, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock && _socket.Poll(WriteMilliseconds * 1_000, SelectMode.SelectWrite))
            {
                continue;
            }

            if (error != SocketError.Success)
            {
                throw new SensorException($"Cannot send to {Name}: {error}.");
            }

            bytes = bytes[count..];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
