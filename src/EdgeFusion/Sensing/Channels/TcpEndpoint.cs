using System.Net.Sockets;

namespace EdgeFusion.Sensing.Channels;

/// <summary>A device that listens on TCP.</summary>
/// <param name="host">Host name or address.</param>
/// <param name="port">Port, 1..65535.</param>
public sealed class TcpEndpoint(string host, int port) : IByteEndpoint
{
    /// <summary>A device on the same network answers within milliseconds; a machine that is off never does.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Name { get; } = FormattableString.Invariant($"{host}:{port}");

    /// <inheritdoc/>
    public long ByteNanoseconds => 0;

    /// <inheritdoc/>
    public IByteChannel Open(CancellationToken stopping)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(ConnectPatience);
            socket.ConnectAsync(host, port, patience.Token).AsTask().GetAwaiter().GetResult();
            return new TcpByteChannel(socket, Name);
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            stopping.ThrowIfCancellationRequested();
            throw new SensorException($"Cannot connect to {Name}: {Reason(fault)}", fault);
        }
    }

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
