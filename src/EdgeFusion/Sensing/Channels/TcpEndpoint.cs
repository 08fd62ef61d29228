using System.Net;
using System.Net.Sockets;

namespace EdgeFusion.Sensing.Channels;

/// <summary>A device that listens on TCP.</summary>
/// <param name="host">Host name or address.</param>
/// <param name="port">Port, 1..65535.</param>
public sealed class TcpEndpoint(string host, int port) : IByteEndpoint
{
    /// <summary>A device on the same network answers within milliseconds; a machine that is off never does.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    /// <summary>Cancellation is seen after this long.</summary>
    private static readonly TimeSpan ConnectTurn = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public string Name { get; } = FormattableString.Invariant($"{host}:{port}");

    /// <inheritdoc/>
    public long ByteNanoseconds => 0;

    /// <inheritdoc/>
    public IByteChannel Open(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(ConnectPatience);
        try
        {
            return new TcpByteChannel(Connect(patience.Token), Name);
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            stopping.ThrowIfCancellationRequested();
            throw new SensorException($"Cannot connect to {Name}: {Reason(fault)}", fault);
        }
    }

    private Socket Connect(CancellationToken stopping)
    {
        SocketException? last = null;
        foreach (IPAddress address in Addresses(stopping))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.NoDelay = true;
                socket.Blocking = false;
                Connect(socket, new IPEndPoint(address, port), stopping);
                return socket;
            }
            catch (SocketException fault)
            {
                socket.Dispose();
                last = fault;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>
    /// Connects by polling. An asynchronous call would enrol the socket with the runtime's event loop for good: each
    /// packet would then wake that loop and a pool thread beside the reader, five times the reader's own cost.
    /// </summary>
    private static void Connect(Socket socket, IPEndPoint end, CancellationToken stopping)
    {
        try
        {
            socket.Connect(end);
            return;
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // Under way.
        }

        while (!socket.Poll(ConnectTurn, SelectMode.SelectWrite))
        {
            stopping.ThrowIfCancellationRequested();
        }

        if (socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error and not 0)
        {
            throw new SocketException(error);
        }
    }

    private IPAddress[] Addresses(CancellationToken stopping) => IPAddress.TryParse(host, out IPAddress? address)
        ? [address]
        : Dns.GetHostAddressesAsync(host, stopping).GetAwaiter().GetResult();

    private static string Reason(Exception fault) => fault switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            "nothing listens there. Is the device's service on, and is the port right?",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            "there is no host of that name. Use the device's address.",
        SocketException socket => socket.Message + ".",
        _ => "no answer within 2 s. Is the device on, and in the same network?",
    };
}
